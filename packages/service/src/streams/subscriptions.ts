import type { Clock } from '@sluice/effects'

/** How long one lasts at most. */
const lastsMsMax = 300_000
/** So long after one has begun there is no other of its consumer and shard, also where it has ended; later the next takes its place. */
const keepsMs = 5_000

export interface Subscription {
  readonly untilMs: number
  /** Another has come in its place. */
  isTakenOver: boolean
  /** Called then. */
  onTakenOver: () => void
}

/** Who is told of each shard's records as they come: of a consumer and a shard there is one at a time. */
export class Subscriptions {
  readonly #clock: Clock
  /** Those under way. */
  readonly #byPlace = new Map<string, Subscription>()
  /** When the last ones have begun, in this order. */
  readonly #begun = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Null where another has just begun. */
  begin(consumerArn: string, shard: number): Subscription | null {
    const place = placeOf(consumerArn, shard)
    const startedMs = this.#clock.now()
    this.#forget(startedMs)
    if (this.#begun.has(place)) return null
    this.#begun.set(place, startedMs)
    const before = this.#byPlace.get(place)
    const own = { untilMs: startedMs + lastsMsMax, isTakenOver: false, onTakenOver() {} }
    this.#byPlace.set(place, own)
    if (before) {
      before.isTakenOver = true
      before.onTakenOver()
    }
    return own
  }

  /** Those that began long ago, or, where the clock was put back, are still to begin. */
  #forget(nowMs: number): void {
    for (const [place, begunMs] of this.#begun) {
      if (begunMs <= nowMs && nowMs - begunMs < keepsMs) return
      this.#begun.delete(place)
    }
  }

  end(consumerArn: string, shard: number, subscription: Subscription): void {
    const place = placeOf(consumerArn, shard)
    if (this.#byPlace.get(place) === subscription) this.#byPlace.delete(place)
  }
}

function placeOf(consumerArn: string, shard: number): string {
  return `${consumerArn} ${shard}`
}
