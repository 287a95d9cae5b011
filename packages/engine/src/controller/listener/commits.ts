import { type Clock, Deferred, resolvedWithin } from '@sluice/effects'
import type { Connection } from '../../server/connection.ts'

/** Whoever reaches the listener can wait: those beyond are answered at once, as if the time were over. */
const waitingMax = 1_000

/** The long polls that wait for metadata to be committed. */
export class Commits {
  readonly #clock: Clock
  readonly #waiting = new Set<Deferred<void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves with the next commit, when the time is over, or when the connection has gone. */
  async next(waitMsMax: number, connection: Connection): Promise<void> {
    if (this.#waiting.size >= waitingMax) return
    const over = new Deferred<void>()
    const forget = connection.onCloseOnce(() => over.resolve())
    this.#waiting.add(over)
    await resolvedWithin(over, this.#clock, waitMsMax)
    this.#waiting.delete(over)
    forget()
  }

  committed(): void {
    for (const waiting of this.#waiting) waiting.resolve()
  }
}
