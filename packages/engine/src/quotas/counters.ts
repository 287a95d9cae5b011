/** As on Apache Kafka: whoever is silent for so long is forgotten. */
const silenceMsMax = 3_600_000
/** A counter of a rate takes half a kilobyte. */
const countersMax = 50_000

interface Counted<Counter> {
  readonly counter: Counter
  usedAtMs: number
}

/** A counter for each of those who share a quota. The one that was used longest ago goes first. */
export class Counters<Counter> {
  readonly #create: () => Counter
  /** In the order of their last use. */
  readonly #counters = new Map<string, Counted<Counter>>()

  constructor(create: () => Counter) {
    this.#create = create
  }

  get size(): number {
    return this.#counters.size
  }

  of(key: string, nowMs: number): Counter {
    const found = this.#counters.get(key)
    if (found) this.#counters.delete(key)
    else this.#makeRoom(nowMs)
    const counted = found ?? { counter: this.#create(), usedAtMs: nowMs }
    counted.usedAtMs = nowMs
    this.#counters.set(key, counted)
    return counted.counter
  }

  #makeRoom(nowMs: number): void {
    for (const [key, { usedAtMs }] of this.#counters) {
      if (this.#counters.size < countersMax && nowMs - usedAtMs < silenceMsMax) return
      this.#counters.delete(key)
    }
  }
}
