import { type Clock, Deferred } from '@sluice/effects'
import type { Steps } from '../slices.ts'

/**
 * Work in steps that may also wait: it gives a promise out, and is handed what has become of it. `awaited` does that with
 * the type that belongs to it.
 */
export type Work<T> = Generator<Promise<unknown> | undefined, T, unknown>

export function* awaited<T>(value: T | Promise<T>): Work<T> {
  return value instanceof Promise ? ((yield value) as T) : value
}

export function* inSteps<T>(steps: Steps<T>): Work<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield
  }
}

/**
 * So long it holds the event loop at a time: what a client asks takes several turns of it, and waits for a slice in each.
 * Shorter ones cost the work more than they spare the others.
 */
const sliceMs = 0.25

/** How a promise that the work has given out has ended. */
type Outcome = { readonly value: unknown } | { readonly error: unknown }

const nothing: Outcome = { value: undefined }

/** Does work in short slices, between which the event loop turns, until it is done or nobody wants it any more. */
export class BackgroundWork<T> {
  /** What has come of it; null where it was let go. Rejects with what a step throws. */
  readonly done: Promise<T | null>
  readonly #work: Work<T>
  readonly #clock: Clock
  readonly #isWanted: () => boolean
  readonly #result = new Deferred<T | null>()
  #isOver = false

  /** `isWanted` is asked before each slice. */
  constructor(work: Work<T>, clock: Clock, isWanted: () => boolean) {
    this.#work = work
    this.#clock = clock
    this.#isWanted = isWanted
    this.done = this.#result.promise
    this.#goOn(nothing)
  }

  /** At once: the work lets go of what it holds, and does no more. */
  letGo(): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      this.#work.return(undefined as never)
      this.#result.resolve(null)
    } catch (error) {
      this.#result.reject(error as Error)
    }
  }

  #goOn(outcome: Outcome): void {
    this.#clock.share((turnEndMs) => {
      if (this.#isOver) return
      if (!this.#isWanted()) return this.letGo()
      try {
        this.#slice(outcome, Math.min(turnEndMs, this.#clock.monotonic() + sliceMs))
      } catch (error) {
        this.#isOver = true
        this.#result.reject(error as Error)
      }
    })
  }

  #slice(outcome: Outcome, endMs: number): void {
    let step = 'error' in outcome ? this.#work.throw(outcome.error) : this.#work.next(outcome.value)
    while (!step.done) {
      const { value: waited } = step
      if (waited) {
        waited.then(
          (value) => this.#goOn({ value }),
          (error: unknown) => this.#goOn({ error }),
        )
        return
      }
      if (this.#clock.monotonic() >= endMs) return this.#goOn(nothing)
      step = this.#work.next()
    }
    this.#isOver = true
    this.#result.resolve(step.value)
  }
}
