/** A long poll. `dataArrived` may end its own wait and others'. */
export interface FetchWaiter {
  dataArrived(): void
}

/** What a long poll waits for: followers for the log's end to move, consumers for the high watermark. */
export type ReadLevel = 'appended' | 'committed'

/** Nobody waits in most partitions, and an empty map takes 200 bytes. Never written to. */
const none = new Map<never, never>()

/** The long polls that wait in one partition. */
export class Waiters {
  #levels: Map<FetchWaiter, ReadLevel> = none

  add(waiter: FetchWaiter, level: ReadLevel): void {
    if (this.#levels === none) this.#levels = new Map()
    this.#levels.set(waiter, level)
  }

  delete(waiter: FetchWaiter): void {
    this.#levels.delete(waiter)
  }

  wake(level: ReadLevel): void {
    if (this.#levels.size === 0) return
    for (const [waiter, waitsFor] of [...this.#levels]) if (waitsFor === level) waiter.dataArrived()
  }

  /** Something else has changed than how much there is: who leads, or whether the partition is still here. */
  wakeAll(): void {
    for (const waiter of [...this.#levels.keys()]) waiter.dataArrived()
  }
}
