import type { Int64 } from '@sluice/wire'

/** A batch that would begin a transaction in a partition. */
export interface UnverifiedBatch {
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly baseSequence: number
  /** Ends of this client's transactions raise its epoch (transaction.version 2). */
  readonly bumpsEpoch: boolean
}

/**
 * The coordinator of a transaction is asked whether a partition belongs to it (KIP-890). One for all batches of the
 * producer that wait for that answer.
 */
export class Verification {
  readonly sinceMs: number
  readonly bumpsEpoch: boolean
  #producerEpoch: number
  #lowestSequence: number

  constructor({ producerEpoch, baseSequence, bumpsEpoch }: UnverifiedBatch, nowMs: number) {
    this.sinceMs = nowMs
    this.bumpsEpoch = bumpsEpoch
    this.#producerEpoch = producerEpoch
    this.#lowestSequence = baseSequence
  }

  /** Of those heard in the newest epoch. */
  get lowestSequence(): number {
    return this.#lowestSequence
  }

  /**
   * Does it stand for a question that a marker of this epoch leaves as it is? Where ends of transactions raise the epoch
   * the marker of the last transaction has that of the next one already, whose first batches may come before it does.
   */
  outlivesMarker(markerEpoch: number): boolean {
    return this.bumpsEpoch && markerEpoch === this.#producerEpoch
  }

  heard(producerEpoch: number, baseSequence: number): void {
    if (producerEpoch < this.#producerEpoch) return
    const isNewEpoch = producerEpoch > this.#producerEpoch
    this.#producerEpoch = producerEpoch
    if (isNewEpoch || baseSequence < this.#lowestSequence) this.#lowestSequence = baseSequence
  }
}
