import type { Clock, Timer } from './clock.ts'

/**
 * The time of day apart from the time that passes: what is kept for so many days is old by the one, who has been silent for
 * so many seconds is dead by the other. On a real machine they are one and the same.
 */
export interface Calendar {
  /** How far the time of day is ahead of the machine's, ms. */
  readonly skewMs: number
  /** Has the time of day; timers wait as long as ever. */
  readonly steady: Clock
  /** Its timers are due by the time of day: those of what is kept, and of transactions. */
  readonly records: Clock
  /** Those of members of groups, who are alive in the time that passes. */
  readonly sessions: Clock
}

export function plainCalendar(clock: Clock): Calendar {
  return { skewMs: 0, steady: clock, records: clock, sessions: clock }
}

/** Runs at the speed of its clock, and is moved forward by hand. */
export class MovableCalendar implements Calendar {
  readonly steady: Clock
  readonly records: Clock
  readonly sessions: Clock
  readonly #clock: Clock
  readonly #ofRecords: MovableTimers
  readonly #ofSessions: MovableTimers
  #skewMs: number

  constructor(clock: Clock, skewMs = 0) {
    this.#clock = clock
    this.#skewMs = skewMs
    this.#ofRecords = new MovableTimers(clock)
    this.#ofSessions = new MovableTimers(clock)
    this.steady = this.#face((delayMs, fn) => clock.schedule(delayMs, fn))
    this.records = this.#face((delayMs, fn) => this.#ofRecords.schedule(delayMs, fn))
    this.sessions = this.#face((delayMs, fn) => this.#ofSessions.schedule(delayMs, fn))
  }

  get skewMs(): number {
    return this.#skewMs
  }

  /** Resolves when everything has run that is due by then. Members of groups are spared, but for `sessions`. */
  async advance(ms: number, { sessions = false }: { sessions?: boolean } = {}): Promise<void> {
    this.#skewMs += ms
    const due = this.#ofRecords.advance(ms)
    if (sessions) due.push(...this.#ofSessions.advance(ms))
    await Promise.all(due)
  }

  #face(schedule: Clock['schedule']): Clock {
    const clock = this.#clock
    return {
      now: () => clock.now() + this.#skewMs,
      monotonic: () => clock.monotonic(),
      schedule,
      defer: (fn) => clock.defer(fn),
      share: (slice) => clock.share(slice),
      firstTryEndMs: () => clock.firstTryEndMs(),
      sleep: (delayMs) => new Promise((resolve) => schedule(delayMs, resolve)),
    }
  }
}

interface Entry {
  dueAtMs: number
  timer: Timer
  /** Ends the waiting for it: it has run, or never will. */
  over: () => void
  readonly fn: () => void
}

class MovableTimers {
  readonly #clock: Clock
  readonly #entries = new Set<Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  schedule(delayMs: number, fn: () => void): Timer {
    const entry: Entry = {
      dueAtMs: this.#clock.monotonic() + delayMs,
      timer: this.#clock.schedule(delayMs, () => this.#run(entry)),
      over: () => {},
      fn,
    }
    this.#entries.add(entry)
    const cancel = () => {
      entry.timer.cancel()
      this.#entries.delete(entry)
      entry.over()
    }
    return { cancel }
  }

  /** All are due so much earlier; gives what ends when those have run that are due now. */
  advance(ms: number): Promise<void>[] {
    const nowMs = this.#clock.monotonic()
    const due: Promise<void>[] = []
    for (const entry of [...this.#entries].sort((a, b) => a.dueAtMs - b.dueAtMs)) {
      entry.dueAtMs -= ms
      entry.timer.cancel()
      const leftMs = entry.dueAtMs - nowMs
      entry.timer = this.#clock.schedule(Math.max(0, leftMs), () => this.#run(entry))
      if (leftMs <= 0) due.push(overOf(entry))
    }
    return due
  }

  #run(entry: Entry): void {
    this.#entries.delete(entry)
    try {
      entry.fn()
    } finally {
      entry.over()
    }
  }
}

/** Several advances may wait for the same one. */
function overOf(entry: Entry): Promise<void> {
  const before = entry.over
  return new Promise((resolve) => {
    entry.over = () => {
      before()
      resolve()
    }
  })
}
