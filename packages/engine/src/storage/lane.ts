import { type Clock, Deferred } from '@sluice/effects'
import type { Steps } from './slices.ts'

/** Every piece of work gets so much time at once, whatever else waits; less where many begin in one turn. */
const firstTryMs = 2
/** And so many steps, also where the process was held up: what is small is never behind what is not. */
const firstTrySteps = 50

interface LaneWork<T> {
  readonly steps: Steps<T>
  /** Called, once, with what has come of it: at once where the first try is enough. */
  done(value: T): void
  failed(error: unknown): void
  /** False: nobody waits for it any more, and it is let go without a word. */
  isWanted(): boolean
  /** It goes on with what has been begun, and is in memory: before what has not. */
  readonly isBegun?: boolean
}

/**
 * Work that strangers ask for, at any time and as much as they like. What its first try does not end waits in line, and
 * one piece after the other goes on in slices, between which the event loop turns: the loop is never held for long, and
 * little is half done, and in memory, at a time.
 */
export class Lane {
  readonly #clock: Clock
  /** Before `#next` nothing is left. */
  #waiting: LaneWork<unknown>[] = []
  #next = 0
  #isScheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** False: its first try has not ended it. */
  run<T>(work: LaneWork<T>): boolean {
    const endMs = Math.min(this.#clock.monotonic() + firstTryMs, this.#clock.firstTryEndMs())
    if (this.#ends(work, endMs, firstTrySteps)) return true
    if (work.isBegun) this.#putFirst(work)
    else this.#waiting.push(work)
    this.#goOnSoon()
    return false
  }

  /** The same as a promise. */
  done<T>(steps: Steps<T>): Promise<T> {
    const { promise, resolve, reject } = new Deferred<T>()
    this.run({ steps, done: resolve, failed: reject, isWanted: () => true })
    return promise
  }

  #goOnSoon(): void {
    if (this.#isScheduled || this.#next === this.#waiting.length) return
    this.#isScheduled = true
    this.#clock.share((endMs) => {
      this.#isScheduled = false
      this.#slice(endMs)
    })
  }

  #slice(endMs: number): void {
    try {
      // The time may be over before it has begun.
      while (this.#next < this.#waiting.length && this.#clock.monotonic() < endMs) {
        const work = this.#waiting[this.#next++] as LaneWork<unknown>
        if (!this.#ends(work, endMs, 1)) this.#putFirst(work)
      }
    } finally {
      if (this.#next === this.#waiting.length) {
        this.#waiting = []
        this.#next = 0
      }
      this.#goOnSoon()
    }
  }

  #putFirst(work: LaneWork<never> | LaneWork<unknown>): void {
    const first = work as LaneWork<unknown>
    if (this.#next > 0) this.#waiting[--this.#next] = first
    else this.#waiting.unshift(first)
  }

  /** Goes on with the work until the time is over; true when there is no more to do. */
  #ends<T>(work: LaneWork<T>, endMs: number, stepsMin: number): boolean {
    const { steps } = work
    if (!work.isWanted()) {
      steps.return(undefined as never)
      return true
    }
    let step: IteratorResult<undefined, T>
    try {
      step = steps.next()
      for (let count = 1; !step.done; count++) {
        if (count >= stepsMin && this.#clock.monotonic() >= endMs) return false
        step = steps.next()
      }
    } catch (error) {
      work.failed(error)
      return true
    }
    work.done(step.value)
    return true
  }
}
