import type { Clock } from '@sluice/effects'

/** How long one lasts at most. */
const lastsMsMax = 300_000
/** One that is younger stays; an older one makes room for the next of its consumer and shard. */
const keepsMs = 5_000

export interface Subscription {
  readonly startedMs: number
  readonly untilMs: number
  /** Another has come in its place. */
  isTakenOver: boolean
  /** Called then. */
  onTakenOver: () => void
}

/** Who is told of each shard's records as they come: of a consumer and a shard there is one at a time. */
export class Subscriptions {
  readonly #clock: Clock
  readonly #byPlace = new Map<string, Subscription>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Null where another has just begun. */
  begin(consumerArn: string, shard: number): Subscription | null {
    const startedMs = this.#clock.now()
    const before = this.#byPlace.get(placeOf(consumerArn, shard))
    if (before && startedMs - before.startedMs < keepsMs) return null
    const own = { startedMs, untilMs: startedMs + lastsMsMax, isTakenOver: false, onTakenOver() {} }
    this.#byPlace.set(placeOf(consumerArn, shard), own)
    if (before) {
      before.isTakenOver = true
      before.onTakenOver()
    }
    return own
  }

  end(consumerArn: string, shard: number, subscription: Subscription): void {
    const place = placeOf(consumerArn, shard)
    if (this.#byPlace.get(place) === subscription) this.#byPlace.delete(place)
  }
}

function placeOf(consumerArn: string, shard: number): string {
  return `${consumerArn} ${shard}`
}
