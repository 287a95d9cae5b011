import type { Clock, Timer } from '@sluice/effects'
import type { Decision } from './decision.ts'

/** What happens when time is up goes through the same door as a request: it may decide records. */
export type TimedOperation<Rec> = () => Decision<void, Rec>

/**
 * The timeouts of one shard, by key. A key has one timer at most: setting it anew replaces the old one, and an
 * operation that was replaced or cancelled never runs.
 */
export class CoordinatorTimer<Rec> {
  readonly #clock: Clock
  readonly #run: (key: string, operation: TimedOperation<Rec>) => void
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock, run: (key: string, operation: TimedOperation<Rec>) => void) {
    this.#clock = clock
    this.#run = run
  }

  schedule(key: string, delayMs: number, operation: TimedOperation<Rec>): void {
    this.#timers.get(key)?.cancel()
    const timer = this.#clock.schedule(delayMs, () => {
      if (this.#timers.get(key) !== timer) return
      this.#timers.delete(key)
      this.#run(key, operation)
    })
    this.#timers.set(key, timer)
  }

  isScheduled(key: string): boolean {
    return this.#timers.has(key)
  }

  cancel(key: string): void {
    this.#timers.get(key)?.cancel()
    this.#timers.delete(key)
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
