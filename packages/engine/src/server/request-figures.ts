import type { Clock } from '@sluice/effects'
import { type Api, Fetch } from '@sluice/wire'

/** Of every so many requests one is timed: two readings of the clock for each would be a percent of a small one. */
const timedOneIn = 16

/** What the requests of one API have come to since the node started. */
export class ApiFigures {
  count = 0
  bytes = 0
  /** Those that were timed, and how long they took together, from their bytes to their answer. */
  timed = 0
  timedMs = 0
  readonly name: string
  readonly #clock: Clock

  constructor(name: string, clock: Clock) {
    this.name = name
    this.#clock = clock
  }

  /** When one begins; −1 where it is not timed. */
  begins(): number {
    return this.count % timedOneIn === 0 ? this.#clock.monotonic() : -1
  }

  ends(beganAtMs: number, bytes: number): void {
    this.count++
    this.bytes += bytes
    if (beganAtMs < 0) return
    this.timed++
    this.timedMs += this.#clock.monotonic() - beganAtMs
  }
}

/** The requests of a node, by API. */
export class RequestFigures {
  readonly #clock: Clock
  readonly #apis = new Map<number, ApiFigures>()
  /** Fetches of followers wait for records as long as consumers' do, and are no consumers'. */
  readonly followerFetches: ApiFigures

  constructor(clock: Clock) {
    this.#clock = clock
    this.followerFetches = new ApiFigures(`${Fetch.name}Follower`, clock)
  }

  of({ apiKey, name }: Pick<Api, 'apiKey' | 'name'>): ApiFigures {
    let figures = this.#apis.get(apiKey)
    if (!figures) this.#apis.set(apiKey, (figures = new ApiFigures(name, this.#clock)))
    return figures
  }

  all(): ApiFigures[] {
    return [...this.#apis.values(), this.followerFetches]
  }
}
