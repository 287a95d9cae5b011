import type { Story } from './story.ts'

/** What is known of how a transaction has ended. */
type Fate = 'open' | 'committed' | 'aborted' | 'unknown'

/** One transaction: what it has written where, and how it has ended. */
export interface Transaction {
  readonly transactionalId: string
  /** In the order in which the producers of the id have begun them. */
  readonly number: number
  /** By partition; all of them stand in the log once it is committed. */
  readonly values: Map<string, string[]>
  /** What it commits for the group, if anything. */
  offset: number | null
  fate: Fate
}

/**
 * All transactions of a simulation, and what readers of committed records have been shown of them: each whole, once, in
 * the order of its id, or nothing of it.
 */
export class TransactionBook {
  readonly #story: Story
  readonly #transactions = new Map<string, Transaction[]>()
  readonly #ofValue = new Map<string, Transaction>()
  /** By partition: the values that were shown, and where. */
  readonly #shown = new Map<string, Map<string, number>>()
  /** By partition and transactional id: the latest transaction that was shown. */
  readonly #latest = new Map<string, number>()

  constructor(story: Story) {
    this.#story = story
  }

  begin(transactionalId: string): Transaction {
    const all = this.#transactions.get(transactionalId) ?? []
    this.#transactions.set(transactionalId, all)
    const values = new Map<string, string[]>()
    const begun: Transaction = { transactionalId, number: all.length, values, offset: null, fate: 'open' }
    all.push(begun)
    return begun
  }

  writes(transaction: Transaction, partition: string, values: readonly string[]): void {
    const before = transaction.values.get(partition) ?? []
    transaction.values.set(partition, [...before, ...values])
    for (const value of values) this.#ofValue.set(value, transaction)
  }

  /** A reader of committed records has `value` at `offset`. */
  shown(partition: string, offset: number, value: string, reader: string): void {
    const shown = this.#shown.get(partition) ?? new Map<string, number>()
    this.#shown.set(partition, shown)
    const before = shown.get(value)
    const where = `${partition} at offset ${offset}: ${reader} has ${value}`
    if (before !== undefined) {
      if (before !== offset) this.#story.violated(`${where}, which was at ${before} before`)
      return
    }
    const transaction = this.#ofValue.get(value)
    if (!transaction) return this.#story.violated(`${where}, which nobody has written`)
    if (transaction.fate === 'aborted' || transaction.fate === 'open')
      this.#story.violated(`${where}, of a transaction that is ${transaction.fate}`)
    const key = `${partition} ${transaction.transactionalId}`
    const latest = this.#latest.get(key) ?? -1
    if (transaction.number < latest) this.#story.violated(`${where}, behind one of transaction ${latest}`)
    this.#latest.set(key, Math.max(latest, transaction.number))
    shown.set(value, offset)
  }

  /** At the end, when all has been read: no transaction is in parts, and each that is committed is there. */
  check(): void {
    for (const transaction of this.#all()) {
      const [shown, hidden] = this.#parts(transaction)
      const name = `transaction ${transaction.number} of ${transaction.transactionalId}`
      if (shown.length > 0 && hidden.length > 0)
        this.#story.violated(`${name} has come in parts: ${shown[0]} is there, and ${hidden[0]} is not`)
      else if (transaction.fate === 'committed' && hidden.length > 0)
        this.#story.violated(`${name} is committed, and ${hidden[0]} is not there`)
    }
  }

  /** The offset that the last transaction of an id has left behind that is committed, as its records say; null: none. */
  committedOffset(transactionalId: string): number | null {
    const committed = (this.#transactions.get(transactionalId) ?? []).filter(
      (each) => each.offset !== null && this.#parts(each)[0].length > 0,
    )
    return committed.at(-1)?.offset ?? null
  }

  #parts({ values }: Transaction): [shown: string[], hidden: string[]] {
    const parts: [string[], string[]] = [[], []]
    for (const [partition, written] of values)
      for (const value of written) parts[this.#shown.get(partition)?.has(value) ? 0 : 1].push(value)
    return parts
  }

  *#all(): Iterable<Transaction> {
    for (const transactions of this.#transactions.values()) yield* transactions
  }
}
