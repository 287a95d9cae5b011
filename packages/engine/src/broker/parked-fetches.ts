import { assert } from '@sluice/effects'

/** Of 400 bytes each: what the request says of a partition, and the places where it is waited for. */
export const parkedPartitionsMax = 500_000

/** A long poll that waits. */
export interface ParkedFetch {
  /** Ends its wait: it is answered with what there is. */
  endWait(): void
}

/**
 * The long polls that wait in one broker, and for how many partitions together. Where these are too many the largest is
 * answered, as if its time were over: a client that waits for little is never the one that has to go for another's much.
 */
export class ParkedFetches {
  readonly #partitionsMax: number
  readonly #waiting = new Map<ParkedFetch, number>()
  #partitions = 0

  constructor(partitionsMax: number) {
    this.#partitionsMax = partitionsMax
  }

  enter(fetch: ParkedFetch, partitions: number): void {
    this.#waiting.set(fetch, partitions)
    this.#partitions += partitions
    while (this.#partitions > this.#partitionsMax) {
      const largest = this.#largest()
      this.leave(largest)
      largest.endWait()
    }
  }

  leave(fetch: ParkedFetch): void {
    this.#partitions -= this.#waiting.get(fetch) ?? 0
    this.#waiting.delete(fetch)
  }

  #largest(): ParkedFetch {
    const [first, ...others] = this.#waiting
    assert(first, 'partitions are waited for by somebody')
    return others.reduce((largest, each) => (each[1] > largest[1] ? each : largest), first)[0]
  }
}
