import type { Clock, Timer } from '@sluice/effects'

/** Something that waits until an offset is committed. Called once. */
export interface CommitWaiter {
  committed(): void
  /** The time is over, or the partition has stopped leading: `error` is a wire error code. */
  failed(error: number): void
}

interface Entry {
  readonly offset: number
  readonly waiter: CommitWaiter
  readonly timer: Timer | null
}

/**
 * Appends that wait for the high watermark, in order of their offsets.
 *
 * Invariant: the entries' offsets never fall, because appends are staged in order.
 */
export class Purgatory {
  readonly #clock: Clock
  readonly #timeoutError: number
  #entries: Entry[] = []
  #first = 0

  constructor(clock: Clock, timeoutError: number) {
    this.#clock = clock
    this.#timeoutError = timeoutError
  }

  get size(): number {
    return this.#entries.length - this.#first
  }

  /** Waits until the high watermark is above `offset` - 1, at most `timeoutMs` (none: Infinity). */
  wait(offset: number, timeoutMs: number, waiter: CommitWaiter): void {
    const entry: Entry = {
      offset,
      waiter,
      timer: timeoutMs === Infinity ? null : this.#clock.schedule(timeoutMs, () => this.#expire(entry)),
    }
    this.#entries.push(entry)
  }

  advance(highWatermark: number): void {
    while (this.#first < this.#entries.length) {
      const entry = this.#entries[this.#first] as Entry
      if (entry.offset > highWatermark) break
      this.#first++
      entry.timer?.cancel()
      entry.waiter.committed()
    }
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0
      this.#first = 0
    }
  }

  failAll(error: number): void {
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
