import { ControlRecordType, type Int64 } from '@sluice/wire'
import type { AbortedTransaction } from '../transaction-index.ts'

interface OngoingAborted {
  readonly transaction: AbortedTransaction
  /** Whether one of its batches, or what is left of one, has been met. */
  hasBatches: boolean
}

/** A batch, as far as transactions are concerned. */
interface BatchOfTransaction {
  readonly lastOffset: number
  readonly producerId: Int64
  readonly isTransactional: boolean
}

/**
 * What becomes of transactions while a log is walked from its beginning. Records of an aborted one go. A marker goes when
 * nothing is left between it and the marker before: until then readers need it, to know what was aborted.
 */
export class CleanedTransactions {
  /** By rising first offsets; they begin as the walk comes there. */
  #waiting: AbortedTransaction[] = []
  readonly #aborted = new Map<Int64, OngoingAborted>()
  /** Producers of transactions that were not aborted, and of which a batch has been met. */
  readonly #committed = new Set<Int64>()
  readonly #keepAborted: (transaction: AbortedTransaction) => void

  /** `keepAborted`: readers still need to know of it. */
  constructor(keepAborted: (transaction: AbortedTransaction) => void = () => {}) {
    this.#keepAborted = keepAborted
  }

  /** Those that have records in what is walked next; of some it may have been told before. */
  add(transactions: readonly AbortedTransaction[]): void {
    this.#waiting = [...this.#waiting, ...transactions].toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the records of this batch go. */
  isAborted(batch: BatchOfTransaction): boolean {
    this.#beginUpTo(batch.lastOffset)
    if (!batch.isTransactional) return false
    const aborted = this.#aborted.get(batch.producerId)
    if (!aborted) {
      this.#committed.add(batch.producerId)
      return false
    }
    aborted.hasBatches = true
    return true
  }

  /** Whether this control batch may go; `type` is null where its record has gone before. */
  isOver({ lastOffset, producerId }: BatchOfTransaction, type: number | null): boolean {
    this.#beginUpTo(lastOffset)
    if (type === null) return true
    if (type === ControlRecordType.commit) return !this.#committed.delete(producerId)
    if (type !== ControlRecordType.abort) return false
    const aborted = this.#aborted.get(producerId)
    this.#aborted.delete(producerId)
    if (!aborted?.hasBatches) return true
    this.#keepAborted(aborted.transaction)
    return false
  }

  #beginUpTo(offset: number): void {
    let begun = 0
    for (const transaction of this.#waiting) {
      if (transaction.firstOffset > offset) break
      begun++
      if (!this.#aborted.has(transaction.producerId))
        this.#aborted.set(transaction.producerId, { transaction, hasBatches: false })
    }
    if (begun > 0) this.#waiting = this.#waiting.slice(begun)
  }
}
