import type { Dimensions, Sample } from './metric.ts'

const minuteMs = 60_000
/** Twelve hours of minutes. */
const minutesKept = 720
/** A value takes eight bytes: all together have some thirty megabytes at most. */
const seriesMax = 5_000
/** CloudWatch lists metrics that had a value within two weeks; here as long as there is one. */
const firstLength = 16

export interface Series {
  readonly name: string
  readonly dimensions: Dimensions
}

/** The values of one metric, a minute each; minutes without one are gaps. */
class Ring implements Series {
  readonly name: string
  readonly dimensions: Dimensions
  /** The minute of the latest value. */
  last = Number.NEGATIVE_INFINITY
  /** By minute modulo its length; grows until it has all minutes that are kept. */
  #values = new Float64Array(firstLength).fill(Number.NaN)

  constructor({ name, dimensions }: Series) {
    this.name = name
    this.dimensions = dimensions
  }

  put(minute: number, value: number): void {
    // The clock was set back.
    if (minute < this.last) return
    const first = this.#first()
    if (minute - first >= this.#values.length && this.#values.length < minutesKept)
      this.#grow(minute - first + 1)
    // What was skipped is no value of an earlier round.
    const from = Math.max(this.last + 1, minute - this.#values.length)
    for (let gap = from; gap < minute; gap++) this.#values[gap % this.#values.length] = Number.NaN
    this.#values[minute % this.#values.length] = value
    this.last = minute
  }

  at(minute: number): number {
    if (minute > this.last || minute <= this.last - this.#values.length) return Number.NaN
    return this.#values[minute % this.#values.length] ?? Number.NaN
  }

  /** The earliest minute that may have a value. */
  #first(): number {
    if (this.last === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY
    for (let minute = this.last - this.#values.length + 1; minute < this.last; minute++)
      if (!Number.isNaN(this.at(minute))) return minute
    return this.last
  }

  #grow(length: number): void {
    const grown = new Float64Array(Math.min(minutesKept, Math.max(length, 2 * this.#values.length)))
    grown.fill(Number.NaN)
    for (let minute = this.last - this.#values.length + 1; minute <= this.last; minute++)
      if (minute >= 0) grown[minute % grown.length] = this.at(minute)
    this.#values = grown
  }
}

/** What was measured, in memory alone: a new start of the service begins anew. */
export class MetricStore {
  readonly #rings = new Map<string, Ring>()

  /** How many samples there was no room for. */
  record(atMs: number, samples: readonly Sample[]): number {
    const minute = minuteOf(atMs)
    this.#forgetOlderThan(minute - minutesKept)
    let refused = 0
    for (const sample of samples) {
      const ring = this.#ringFor(sample)
      if (ring) ring.put(minute, sample.value)
      else refused++
    }
    return refused
  }

  /** By name and dimensions. */
  list(): (Series & { lastAtMs: number })[] {
    return [...this.#rings]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { name, dimensions, last }]) => ({ name, dimensions, lastAtMs: last * minuteMs }))
  }

  /** The values from one time on and before another, oldest first. */
  values(series: Series, fromMs: number, toMs: number): { atMs: number; value: number }[] {
    const ring = this.#rings.get(keyOf(series))
    if (!ring) return []
    const found: { atMs: number; value: number }[] = []
    const from = Math.max(Math.ceil(fromMs / minuteMs), ring.last - minutesKept + 1)
    for (let minute = from; minute * minuteMs < toMs && minute <= ring.last; minute++) {
      const value = ring.at(minute)
      if (!Number.isNaN(value)) found.push({ atMs: minute * minuteMs, value })
    }
    return found
  }

  /** Undefined where there is none. */
  latest(series: Series): number | undefined {
    const ring = this.#rings.get(keyOf(series))
    return ring && ring.at(ring.last)
  }

  #ringFor(sample: Sample): Ring | null {
    const key = keyOf(sample)
    let ring = this.#rings.get(key)
    if (ring) return ring
    if (this.#rings.size >= seriesMax) return null
    this.#rings.set(key, (ring = new Ring(sample)))
    return ring
  }

  #forgetOlderThan(minute: number): void {
    for (const [key, { last }] of this.#rings) if (last < minute) this.#rings.delete(key)
  }
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs)
}

/** Dimensions have no order. */
function keyOf({ name, dimensions }: Series): string {
  return JSON.stringify([name, Object.entries(dimensions).sort()])
}
