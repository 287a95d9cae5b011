import type { Clock } from '@sluice/effects'
import type { Steps } from '../storage/slices.ts'

/** The time of the event loop that one request takes, which the others of its node do not have (KIP-124). */
export class RequestTime {
  readonly #clock: Clock
  #busyMs = 0
  /** Null while it rests. */
  #sinceMs: number | null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.monotonic()
  }

  /** What comes of it later comes by `during`. */
  rest(): void {
    if (this.#sinceMs !== null) this.#busyMs += this.#clock.monotonic() - this.#sinceMs
    this.#sinceMs = null
  }

  *during<T>(steps: Steps<T>): Steps<T> {
    try {
      for (;;) {
        const wasResting = this.#sinceMs === null
        this.#sinceMs ??= this.#clock.monotonic()
        const step = steps.next()
        if (wasResting) this.rest()
        if (step.done) return step.value
        yield
      }
    } finally {
      steps.return(undefined as never)
    }
  }

  /** All so far, ms. */
  get busyMs(): number {
    const runningMs = this.#sinceMs === null ? 0 : this.#clock.monotonic() - this.#sinceMs
    return this.#busyMs + runningMs
  }
}
