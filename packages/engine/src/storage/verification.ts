import type { Int64 } from '@sluice/wire'

/** A batch that would begin a transaction in a partition. */
export interface UnverifiedBatch {
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly baseSequence: number
  /** Ends of this client's transactions raise its epoch (transaction.version 2). */
  readonly bumpsEpoch: boolean
}

/** A batch that stands in the log, or is about to. */
interface WrittenBatch {
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly isTransactional: boolean
  /** Null where it is none. */
  readonly marker: object | null
}

/**
 * The coordinator of a transaction is asked whether a partition belongs to it (KIP-890). One for all batches of an epoch of
 * the producer that wait for that answer.
 */
export class Verification {
  readonly sinceMs: number
  readonly producerEpoch: number
  readonly bumpsEpoch: boolean
  #lowestSequence: number

  constructor({ producerEpoch, baseSequence, bumpsEpoch }: UnverifiedBatch, nowMs: number) {
    this.sinceMs = nowMs
    this.producerEpoch = producerEpoch
    this.bumpsEpoch = bumpsEpoch
    this.#lowestSequence = baseSequence
  }

  get lowestSequence(): number {
    return this.#lowestSequence
  }

  heard(baseSequence: number): void {
    if (baseSequence < this.#lowestSequence) this.#lowestSequence = baseSequence
  }

  /**
   * Does a marker of this epoch end an earlier transaction, so that the question still stands? Where ends of transactions
   * raise the epoch the marker of the last one has that of the next one already, whose first batches may come before it.
   */
  outlivesMarker(markerEpoch: number): boolean {
    return markerEpoch < this.producerEpoch || (this.bumpsEpoch && markerEpoch === this.producerEpoch)
  }
}

/** The questions of a log's producers: one an epoch of each, and mostly one. */
export class Verifications {
  /** Null where there are none, as in most logs. */
  #byProducer: Map<Int64, readonly Verification[]> | null = null

  of({ producerId, producerEpoch }: Pick<UnverifiedBatch, 'producerId' | 'producerEpoch'>) {
    return this.#asked(producerId).find((one) => one.producerEpoch === producerEpoch)
  }

  /** That of its epoch, which is a new one for the first batch that asks. */
  ask(batch: UnverifiedBatch, nowMs: number): Verification {
    const before = this.of(batch)
    before?.heard(batch.baseSequence)
    if (before) return before
    const verification = new Verification(batch, nowMs)
    this.#keep(batch.producerId, [...this.#asked(batch.producerId), verification])
    return verification
  }

  /** It ends questions: one is answered, others are void. */
  pass(batch: WrittenBatch): void {
    const { producerId, producerEpoch, isTransactional, marker } = batch
    const asked = this.#asked(producerId)
    if (asked.length === 0 || !isTransactional) return
    const left = asked.filter((one) =>
      marker ? one.outlivesMarker(producerEpoch) : one.producerEpoch > producerEpoch,
    )
    this.#keep(producerId, left)
  }

  removeExpired(nowMs: number, expirationMs: number): void {
    for (const [producerId, asked] of this.#byProducer ?? [])
      this.#keep(
        producerId,
        asked.filter(({ sinceMs }) => nowMs - sinceMs < expirationMs),
      )
  }

  clear(): void {
    this.#byProducer = null
  }

  #asked(producerId: Int64): readonly Verification[] {
    return this.#byProducer?.get(producerId) ?? []
  }

  #keep(producerId: Int64, asked: readonly Verification[]): void {
    this.#byProducer ??= new Map()
    if (asked.length > 0) this.#byProducer.set(producerId, asked)
    else this.#byProducer.delete(producerId)
    if (this.#byProducer.size === 0) this.#byProducer = null
  }
}
