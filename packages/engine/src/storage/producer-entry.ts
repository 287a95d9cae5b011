import { type Int64, RecordBatch } from '@sluice/wire'

/** How many batches of a producer are known, so that a retry of any of them is seen as one. */
const batchesMax = 5

/** A batch of an idempotent producer that stands in the log. */
interface ProducerBatch {
  firstSequence: number
  lastSequence: number
  firstOffset: number
  lastOffset: number
  timestamp: Int64
}

/** What the log knows of one producer id. */
export class ProducerEntry {
  readonly producerId: Int64
  /** -1 before the first batch or marker. */
  epoch = -1
  coordinatorEpoch = -1
  lastTimestamp: Int64 = -1
  /** First offset of the open transaction. */
  transactionFirstOffset: number | null = null
  /** Of `epoch`, oldest first, at most five. */
  batches: ProducerBatch[] = []

  constructor(producerId: Int64) {
    this.producerId = producerId
  }

  clone(): ProducerEntry {
    const copy = new ProducerEntry(this.producerId)
    copy.epoch = this.epoch
    copy.coordinatorEpoch = this.coordinatorEpoch
    copy.lastTimestamp = this.lastTimestamp
    copy.transactionFirstOffset = this.transactionFirstOffset
    copy.batches = this.batches.slice()
    return copy
  }

  /** -1 where no batch of the epoch is known. */
  get lastSequence(): number {
    return this.batches.at(-1)?.lastSequence ?? -1
  }

  get lastOffset(): number {
    return this.batches.at(-1)?.lastOffset ?? -1
  }

  findBatch(epoch: number, firstSequence: number, lastSequence: number): ProducerBatch | undefined {
    if (epoch !== this.epoch) return undefined
    for (const batch of this.batches)
      if (batch.firstSequence === firstSequence && batch.lastSequence === lastSequence) return batch
    return undefined
  }

  /** Whether a batch that begins with this sequence may follow. After 2^31 - 1 comes 0. */
  isNextSequence(firstSequence: number): boolean {
    return firstSequence === RecordBatch.addSequence(this.lastSequence, 1)
  }

  addBatch(epoch: number, batch: ProducerBatch, isTransactional: boolean): void {
    this.#setEpoch(epoch)
    if (this.batches.length === batchesMax) this.batches.shift()
    this.batches.push(batch)
    this.lastTimestamp = batch.timestamp
    if (isTransactional && this.transactionFirstOffset === null)
      this.transactionFirstOffset = batch.firstOffset
  }

  endTransaction(epoch: number, coordinatorEpoch: number, timestamp: Int64): void {
    this.#setEpoch(epoch)
    this.coordinatorEpoch = coordinatorEpoch
    this.lastTimestamp = timestamp
    this.transactionFirstOffset = null
  }

  #setEpoch(epoch: number): void {
    if (this.epoch === epoch) return
    this.epoch = epoch
    this.batches = []
  }
}
