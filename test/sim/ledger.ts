import { keyOf } from './compaction.ts'
import type { Story } from './story.ts'

interface Account {
  /** By offset: what was acknowledged by all replicas in sync, or read. */
  readonly records: Map<number, string>
  /** Everything below is committed, by what brokers have answered. */
  committedEnd: number
  /** Somebody has asked for the deletion of what is below. */
  deletedBelow: number
  /** More replicas than may have lost what they had: nothing is promised any more. */
  isForgiven: boolean
}

/** What clients have been promised: a record that was acknowledged by all replicas in sync, or read, stays what it is. */
export class Ledger {
  readonly #story: Story
  readonly #accounts = new Map<string, Account>()
  #promises = 0

  constructor(story: Story) {
    this.#story = story
  }

  /** How many records are promised. */
  get promises(): number {
    return this.#promises
  }

  promised(partition: string, offset: number, value: string, by: string): void {
    const account = this.#account(partition)
    if (account.isForgiven) return
    const known = account.records.get(offset)
    account.committedEnd = Math.max(account.committedEnd, offset + 1)
    if (known === undefined) {
      this.#promises++
      account.records.set(offset, value)
    } else if (known !== value)
      this.#story.violated(`${partition} at offset ${offset}: ${by} has ${value}, and it was ${known} before`)
  }

  /** A broker has told a reader a high watermark. */
  committedUpTo(partition: string, highWatermark: number): void {
    const account = this.#account(partition)
    account.committedEnd = Math.max(account.committedEnd, highWatermark)
  }

  mayBeDeletedBelow(partition: string, offset: number): void {
    const account = this.#account(partition)
    account.deletedBelow = Math.max(account.deletedBelow, offset)
  }

  forgive(partition: string): void {
    this.#account(partition).isForgiven = true
  }

  isForgiven(partition: string): boolean {
    return this.#account(partition).isForgiven
  }

  deletedBelow(partition: string): number {
    return this.#account(partition).deletedBelow
  }

  committedEnd(partition: string): number {
    return this.#account(partition).committedEnd
  }

  /**
   * What is missing or different in a log that must have everything; null: nothing. Of a compacted one: of each key what
   * nothing later has replaced.
   */
  problemIn(
    partition: string,
    {
      values: log,
      endOffset,
      isCompacted,
    }: { values: ReadonlyMap<number, string>; endOffset: number; isCompacted: boolean },
  ): string | null {
    const account = this.#account(partition)
    if (account.isForgiven) return null
    if (endOffset < account.committedEnd)
      return `it ends at offset ${endOffset}, and what is below ${account.committedEnd} is committed`
    const lastOffsets = new Map(isCompacted ? [...log].map(([offset, value]) => [keyOf(value), offset]) : [])
    for (const [offset, value] of account.records) {
      if (offset < account.deletedBelow) continue
      const found = log.get(offset)
      if (found === undefined && (lastOffsets.get(keyOf(value)) ?? -1) > offset) continue
      if (found !== value) return `offset ${offset} holds ${found ?? 'nothing'} and not ${value}`
    }
    return null
  }

  #account(partition: string): Account {
    let account = this.#accounts.get(partition)
    if (!account) {
      account = { records: new Map(), committedEnd: 0, deletedBelow: 0, isForgiven: false }
      this.#accounts.set(partition, account)
    }
    return account
  }
}
