import type { Clock } from '@sluice/effects'

/** A follower's fetch that waits for records. */
interface WaitingFetch {
  /** To be answered within this time, with whatever there is. */
  hurry(waitMs: number): void
}

/** How long a follower's fetch waits while partitions are new here. */
const waitMs = 10
/** So long after this broker has begun to lead something: by then its followers know of it, too. */
const newForMs = 1_000

/**
 * The fetches of followers that wait here. A follower names a partition that it has just come to know with its next
 * request, and while the one before waits for other partitions, nothing of the new one is committed. So nobody waits
 * long while some partition is new here: after an election, or the making of a topic.
 */
export class FollowerFetches {
  readonly #clock: Clock
  readonly #waiting = new Set<WaitingFetch>()
  #ledAtMs = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** This broker begins to lead something. */
  leads(): void {
    this.#ledAtMs = this.#clock.monotonic()
    for (const fetch of this.#waiting) fetch.hurry(waitMs)
  }

  /** The longest that a fetch may wait from now on. */
  get waitMaxMs(): number {
    return this.#clock.monotonic() - this.#ledAtMs < newForMs ? waitMs : Infinity
  }

  enter(fetch: WaitingFetch): void {
    this.#waiting.add(fetch)
  }

  leave(fetch: WaitingFetch): void {
    this.#waiting.delete(fetch)
  }
}
