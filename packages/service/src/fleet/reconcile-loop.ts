import { type Clock, Deferred, type Logger, type Timer } from '@sluice/effects'

/** Brings one thing closer to what it shall be. It may be called at any time, any number of times. */
type Reconcile = (key: string) => Promise<Outcome>

/**
 * `settled`: nothing is left to do until somebody triggers; `watching`: the same, but look from time to time at what
 * tells nobody when it changes; `waiting`: nothing has failed, and something is under way that takes its time; `retry`: try
 * again by itself.
 */
export type Outcome = 'settled' | 'watching' | 'waiting' | 'retry'

const retryMsMin = 100
const retryMsMax = 30_000
const lookMsMin = 100
const lookMsMax = 5_000
const watchMs = 30_000

interface Entry {
  running: boolean
  /** Triggered while running: run once more. */
  dirty: boolean
  /** How often in a row it came back by itself; what settles for a while starts anew. */
  retries: number
  /** How often in a row it has looked at what takes its time. */
  looks: number
  settledAt: number | null
  timer: Timer | null
  /** The timer is that of a retry. */
  retrying: boolean
  waiters: Deferred<void>[]
}

/**
 * Level-triggered: a trigger says that something may have changed, never what. One run a key at a time; a
 * trigger during a run makes one more; a run that asks for a retry, or throws, comes back with growing delay, and so does
 * one that waits, whose delay is small and says nothing about the next retry.
 */
export class ReconcileLoop {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #reconcile: Reconcile
  readonly #entries = new Map<string, Entry>()
  #stopped = false

  constructor(clock: Clock, logger: Logger, reconcile: Reconcile) {
    this.#clock = clock
    this.#logger = logger
    this.#reconcile = reconcile
  }

  trigger(key: string): void {
    if (this.#stopped) return
    const entry = this.#entry(key)
    // A delay that was not waited for does not count: several nodes may fail at once.
    if (entry.timer && entry.retrying) entry.retries--
    entry.timer?.cancel()
    entry.timer = null
    if (entry.running) entry.dirty = true
    else void this.#run(key, entry)
  }

  /** Resolves after the run that is under way, and those that it makes necessary; retries are not waited for. */
  async idle(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (!entry?.running) return
    const waiter = new Deferred<void>()
    entry.waiters.push(waiter)
    await waiter.promise
  }

  /** No run starts after this; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const entry of this.#entries.values()) entry.timer?.cancel()
    await Promise.all([...this.#entries.keys()].map((key) => this.idle(key)))
  }

  #entry(key: string): Entry {
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = {
        running: false,
        dirty: false,
        retries: 0,
        looks: 0,
        settledAt: null,
        timer: null,
        retrying: false,
        waiters: [],
      }
      this.#entries.set(key, entry)
    }
    return entry
  }

  async #run(key: string, entry: Entry): Promise<void> {
    entry.running = true
    let outcome: Outcome
    do {
      entry.dirty = false
      try {
        outcome = await this.#reconcile(key)
      } catch (error) {
        this.#logger.error('a bug stopped a reconcile run; it is tried again', { key, error })
        outcome = 'retry'
      }
    } while (entry.dirty && !this.#stopped)
    entry.running = false
    if (outcome !== 'waiting') entry.looks = 0
    if (outcome === 'retry') this.#retryLater(key, entry)
    else if (outcome === 'waiting') this.#lookLater(key, entry)
    else this.#settle(key, entry, outcome)
    for (const waiter of entry.waiters.splice(0)) waiter.resolve()
  }

  #settle(key: string, entry: Entry, outcome: 'settled' | 'watching'): void {
    entry.settledAt ??= this.#clock.monotonic()
    if (outcome === 'watching' && !this.#stopped) this.#comeBack(key, entry, watchMs)
    else if (entry.retries === 0) this.#entries.delete(key)
  }

  #retryLater(key: string, entry: Entry): void {
    if (this.#stopped) return
    // Something that starts and dies at once settles each time: it must not come back without delay. What was well for
    // as long as it had to wait waits half of it the next time.
    const wellMs = entry.settledAt === null ? 0 : this.#clock.monotonic() - entry.settledAt
    if (wellMs > retryMsMax) entry.retries = 0
    else if (wellMs >= delayMsAfter(entry.retries - 1)) entry.retries = Math.max(0, entry.retries - 2)
    entry.settledAt = null
    const delayMs = delayMsAfter(entry.retries)
    entry.retries++
    this.#comeBack(key, entry, delayMs, true)
  }

  #lookLater(key: string, entry: Entry): void {
    if (this.#stopped) return
    entry.settledAt = null
    this.#comeBack(key, entry, Math.min(lookMsMin * 2 ** entry.looks++, lookMsMax))
  }

  #comeBack(key: string, entry: Entry, delayMs: number, retrying = false): void {
    entry.retrying = retrying
    entry.timer = this.#clock.schedule(delayMs, () => {
      entry.timer = null
      this.trigger(key)
    })
  }
}

function delayMsAfter(retries: number): number {
  return Math.min(retryMsMin * 2 ** retries, retryMsMax)
}
