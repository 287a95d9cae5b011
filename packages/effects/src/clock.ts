import { type Slice, Turns } from './turns.ts'
import { clearImmediate, clearTimeout, hrtime, setImmediate, setTimeout } from './timers.ts'

/** Time as the code sees it. All values are milliseconds. */
export interface Clock {
  /** Wall-clock time since the Unix epoch, whole milliseconds. May jump. */
  now(): number
  /** Time that only rises, with a fraction; its zero means nothing. */
  monotonic(): number
  /**
   * Runs `fn` once, not before `delayMs`. After a stall of the process, pending socket reads are served
   * before late timers run, so that a heartbeat that has arrived counts before its timeout does.
   */
  schedule(delayMs: number, fn: () => void): Timer
  /** Runs `fn` after the pending I/O events of this turn. */
  defer(fn: () => void): void
  /** Runs `slice` once, after the pending I/O events, when its turn has come among all that share the event loop. */
  share(slice: Slice): void
  /** Until when, by `monotonic`, work that may rest can go on where it is begun without waiting for its turn. */
  firstTryEndMs(): number
  /** Resolves after `delayMs`. */
  sleep(delayMs: number): Promise<void>
}

export interface Timer {
  cancel(): void
}

/** A timer later than this means that the loop was blocked; see `Clock.schedule`. */
const stallMs = 50

/** All clocks of the process, for they share its event loop. */
let processTurns: Turns | undefined

export function systemClock(): Clock {
  const defer = (fn: () => void) => void setImmediate(fn)
  const turns = (processTurns ??= new Turns({ monotonic, defer }))
  const clock: Clock = {
    now: () => Date.now(),
    monotonic,
    schedule(delayMs, fn) {
      const dueAt = monotonic() + delayMs
      let immediate: NodeJS.Immediate | undefined
      const timeout = setTimeout(
        () => {
          if (monotonic() - dueAt > stallMs) immediate = setImmediate(fn)
          else fn()
        },
        // setTimeout turns anything above 2^31 - 1 into 1 ms.
        Math.min(Math.max(delayMs, 0), 0x7fffffff),
      )
      const cancel = () => {
        clearTimeout(timeout)
        if (immediate) clearImmediate(immediate)
      }
      return { cancel }
    },
    defer,
    share: (slice) => turns.share(slice),
    firstTryEndMs: () => turns.firstTryEndMs(),
    sleep: (delayMs) => new Promise((resolve) => clock.schedule(delayMs, resolve)),
  }
  return clock
}

/** Not `performance.now()`: a start would load all of perf_hooks for it. */
export function monotonic(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/** A clock that stands still until `advance` moves it; timers run in order of their due time. */
export class TestClock implements Clock {
  #now: number
  #monotonic = 0
  #sequence = 0
  #timers: { dueAt: number; sequence: number; fn: () => void }[] = []
  readonly #turns = new Turns(this)

  constructor(startAt = 1_700_000_000_000) {
    this.#now = startAt
  }

  now(): number {
    return Math.floor(this.#now)
  }

  monotonic(): number {
    return this.#monotonic
  }

  schedule(delayMs: number, fn: () => void): Timer {
    const entry = { dueAt: this.#monotonic + Math.max(delayMs, 0), sequence: this.#sequence++, fn }
    this.#timers.push(entry)
    const cancel = () => {
      const at = this.#timers.indexOf(entry)
      if (at >= 0) this.#timers.splice(at, 1)
    }
    return { cancel }
  }

  defer(fn: () => void): void {
    setImmediate(fn)
  }

  share(slice: Slice): void {
    this.#turns.share(slice)
  }

  firstTryEndMs(): number {
    return this.#turns.firstTryEndMs()
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, resolve))
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /**
   * Moves both readings forward by `ms` and runs what becomes due on the way. Between two timers the
   * promises and immediates that the first one started get their turn.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#monotonic + ms
    for (;;) {
      await settle()
      const next = this.#earliest()
      if (!next || next.dueAt > target) break
      this.#moveTo(Math.max(next.dueAt, this.#monotonic))
      this.#timers.splice(this.#timers.indexOf(next), 1)
      next.fn()
    }
    this.#moveTo(target)
    await settle()
  }

  /** Moves the readings without running any timer: a stalled process. */
  jump(ms: number): void {
    this.#moveTo(this.#monotonic + ms)
  }

  /** Somebody sets the time of day. */
  moveWallClock(ms: number): void {
    this.#now += ms
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic
    this.#monotonic = monotonic
  }

  #earliest() {
    let best: { dueAt: number; sequence: number; fn: () => void } | undefined
    for (const timer of this.#timers) {
      if (!best || timer.dueAt < best.dueAt || (timer.dueAt === best.dueAt && timer.sequence < best.sequence))
        best = timer
    }
    return best
  }
}

/** Lets promise chains and immediates that are already runnable finish. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
