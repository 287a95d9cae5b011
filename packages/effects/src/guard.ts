import { AssertionFailure } from './assert.ts'
import type { Calendar } from './calendar.ts'
import type { Clock } from './clock.ts'
import { isSystemError } from './system-error.ts'

/** Runs work that enters a node from outside: whatever it throws is that node's bug, and ends nothing else. */
export type Guard = (work: () => void) => void

/**
 * The one door of a node (a broker, a controller). Every callback from outside comes in through `run`: the first
 * throw fails the node, for good, and is told once; what fails in the ruins is no news.
 */
export class NodeGuard {
  #failure: Error | null = null
  readonly #onFailure: (failure: Error) => void
  /** A function of its own, so that it can be handed on. */
  readonly run: Guard = (work) => {
    try {
      work()
    } catch (error) {
      this.fail(error)
    }
  }

  constructor(onFailure: (failure: Error) => void) {
    this.#onFailure = onFailure
  }

  /** What the node has failed of. */
  get failure(): Error | null {
    return this.#failure
  }

  fail(error: unknown): void {
    if (this.#failure) return
    this.#failure = error instanceof Error ? error : new AssertionFailure(String(error))
    this.#onFailure(this.#failure)
  }

  /** Work that goes on by itself: its rejection is as good as a throw. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(error))
  }
}

/** The clock of one node: what it runs later enters through the node's guard. */
export function guardedClock(clock: Clock, guard: Guard): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule: (delayMs, fn) => clock.schedule(delayMs, () => guard(fn)),
    defer: (fn) => clock.defer(() => guard(fn)),
    share: (slice) => clock.share((endMs) => guard(() => slice(endMs))),
    firstTryEndMs: () => clock.firstTryEndMs(),
    sleep: (delayMs) => clock.sleep(delayMs),
  }
}

export function guardedCalendar(calendar: Calendar, guard: Guard): Calendar {
  return {
    get skewMs() {
      return calendar.skewMs
    },
    steady: guardedClock(calendar.steady, guard),
    records: guardedClock(calendar.records, guard),
    sessions: guardedClock(calendar.sessions, guard),
  }
}

/** Takes a bug, found where nobody waits for an answer, to the guard of the node whose clock this is. */
export function raise(clock: Clock, bug: unknown): void {
  clock.defer(() => {
    throw bug
  })
}

/**
 * What an error means that was thrown while state changed: an ordinary one is a bug of the whole node, because
 * nobody knows how much was done. The system's errors stay what they are.
 */
export function thrownMidway(error: unknown): unknown {
  if (error instanceof AssertionFailure || isSystemError(error)) return error
  return new AssertionFailure(error instanceof Error ? error.message : String(error), { cause: error })
}
