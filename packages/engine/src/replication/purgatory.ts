import type { Clock, Timer } from '@sluice/effects'
import type { ErrorCode } from '@sluice/wire'

/** Something that waits until all replicas that count have come to an offset. Called once. */
export interface CommitWaiter {
  committed(): void
  /** The time is over, or the partition has stopped leading. */
  failed(error: ErrorCode): void
}

interface Entry {
  readonly offset: number
  readonly waiter: CommitWaiter
  readonly timer: Timer | null
}

/**
 * What waits for a mark to reach an offset: appends for the high watermark, deletions for the low watermark.
 *
 * Invariant: the entries' offsets never fall. Appends come in order, but the retry of an idempotent producer waits
 * for the offsets that its first try was given, and so goes in before those that came meanwhile.
 */
export class Purgatory {
  readonly #clock: Clock
  readonly #timeoutError: ErrorCode
  #entries: Entry[] = []
  #first = 0

  constructor(clock: Clock, timeoutError: ErrorCode) {
    this.#clock = clock
    this.#timeoutError = timeoutError
  }

  get size(): number {
    return this.#entries.length - this.#first
  }

  /** Waits until the mark is at `offset` or above, at most `timeoutMs` (none: Infinity). */
  wait(offset: number, timeoutMs: number, waiter: CommitWaiter): void {
    const entry: Entry = {
      offset,
      waiter,
      timer: timeoutMs === Infinity ? null : this.#clock.schedule(timeoutMs, () => this.#expire(entry)),
    }
    let at = this.#entries.length
    while (at > this.#first && (this.#entries[at - 1] as Entry).offset > offset) at--
    if (at === this.#entries.length) this.#entries.push(entry)
    else this.#entries.splice(at, 0, entry)
  }

  advance(mark: number): void {
    while (this.#first < this.#entries.length) {
      const entry = this.#entries[this.#first] as Entry
      if (entry.offset > mark) break
      this.#first++
      entry.timer?.cancel()
      entry.waiter.committed()
    }
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0
      this.#first = 0
    }
  }

  failAll(error: ErrorCode): void {
    const waiting = this.#entries.slice(this.#first)
    this.#entries = []
    this.#first = 0
    for (const entry of waiting) {
      entry.timer?.cancel()
      entry.waiter.failed(error)
    }
  }

  #expire(entry: Entry): void {
    const at = this.#entries.indexOf(entry, this.#first)
    if (at < 0) return
    this.#entries.splice(at, 1)
    entry.waiter.failed(this.#timeoutError)
  }
}
