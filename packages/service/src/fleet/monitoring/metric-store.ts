import { type Dimensions, type Sample, setOf, type StatisticSet } from './metric.ts'

const minuteMs = 60_000
/** Twelve hours of minutes. */
const minutesKept = 720
/** One takes eight bytes a minute: all together have some thirty megabytes at most. */
const columnsMax = 5_000
/** CloudWatch lists metrics that had a value within two weeks; here as long as there is one. */
const firstLength = 16

export interface Series {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
}

/** What a metric came to in one minute. */
export interface MinuteValue extends StatisticSet {
  readonly atMs: number
}

/** A single value a minute has one column, a set of statistics four. */
const setColumns = 4

/** The values of one metric, a minute each; minutes without one are gaps. */
class Ring implements Series {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  readonly columns: number
  /** The minute of the latest value. */
  last = Number.NEGATIVE_INFINITY
  /** By minute modulo its length, all columns of a minute together; grows until it has all minutes that are kept. */
  #values: Float64Array

  constructor({ namespace, name, dimensions }: Series, columns: number) {
    this.namespace = namespace
    this.name = name
    this.dimensions = dimensions
    this.columns = columns
    this.#values = this.#empty(firstLength)
  }

  put(minute: number, value: Sample['value']): void {
    // The clock was set back.
    if (minute < this.last) return
    const first = this.#first()
    if (minute - first >= this.#length && this.#length < minutesKept) this.#grow(minute - first + 1)
    // What was skipped is no value of an earlier round.
    const from = Math.max(this.last + 1, minute - this.#length)
    for (let gap = from; gap < minute; gap++) this.#values[this.#placeOf(gap)] = Number.NaN
    this.#values.set(columnsOf(value, this.columns), this.#placeOf(minute))
    this.last = minute
  }

  /** Undefined where there is none. */
  at(minute: number): StatisticSet | undefined {
    if (!this.#has(minute)) return undefined
    const place = this.#placeOf(minute)
    const [sum = 0, count = 0, minimum = 0, maximum = 0] = this.#values.subarray(place, place + this.columns)
    return this.columns === 1 ? setOf(sum) : { sum, count, minimum, maximum }
  }

  #has(minute: number): boolean {
    const isKept = minute >= 0 && minute <= this.last && minute > this.last - this.#length
    return isKept && !Number.isNaN(this.#values[this.#placeOf(minute)])
  }

  get #length(): number {
    return this.#values.length / this.columns
  }

  #placeOf(minute: number): number {
    return (minute % this.#length) * this.columns
  }

  #empty(length: number): Float64Array {
    return new Float64Array(length * this.columns).fill(Number.NaN)
  }

  /** The earliest minute that may have a value. */
  #first(): number {
    if (this.last === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY
    for (let minute = this.last - this.#length + 1; minute < this.last; minute++)
      if (this.#has(minute)) return minute
    return this.last
  }

  #grow(length: number): void {
    const grown = Math.min(minutesKept, Math.max(length, 2 * this.#length))
    const values = this.#empty(grown)
    for (let minute = this.last - this.#length + 1; minute <= this.last; minute++) {
      if (!this.#has(minute)) continue
      const place = this.#placeOf(minute)
      values.set(this.#values.subarray(place, place + this.columns), (minute % grown) * this.columns)
    }
    this.#values = values
  }
}

function columnsOf(value: Sample['value'], columns: number): number[] {
  const { sum, count, minimum, maximum } = setOf(value)
  return columns === 1 ? [sum] : [sum, count, minimum, maximum]
}

/** What was measured, in memory alone: a new start of the service begins anew. */
export class MetricStore {
  readonly #rings = new Map<string, Ring>()
  #columns = 0

  /** How many samples there was no room for. */
  record(atMs: number, namespace: string, samples: readonly Sample[]): number {
    const minute = minuteOf(atMs)
    this.#forgetOlderThan(minute - minutesKept)
    let refused = 0
    for (const { name, dimensions, value } of samples) {
      const ring = this.#ringFor({ namespace, name, dimensions }, value)
      if (ring) ring.put(minute, value)
      else refused++
    }
    return refused
  }

  /** By namespace, name and dimensions. */
  list(): (Series & { lastAtMs: number })[] {
    return [...this.#rings]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { namespace, name, dimensions, last }]) => ({
        namespace,
        name,
        dimensions,
        lastAtMs: last * minuteMs,
      }))
  }

  /** The values from one time on and before another, oldest first. */
  values(series: Series, fromMs: number, toMs: number): MinuteValue[] {
    const ring = this.#rings.get(keyOf(series))
    if (!ring) return []
    const found: MinuteValue[] = []
    const from = Math.max(Math.ceil(fromMs / minuteMs), ring.last - minutesKept + 1)
    for (let minute = from; minute * minuteMs < toMs && minute <= ring.last; minute++) {
      const value = ring.at(minute)
      if (value) found.push({ atMs: minute * minuteMs, ...value })
    }
    return found
  }

  /** Undefined where there is none. */
  latest(series: Series): number | undefined {
    const ring = this.#rings.get(keyOf(series))
    return ring?.at(ring.last)?.sum
  }

  #ringFor(series: Series, value: Sample['value']): Ring | null {
    const key = keyOf(series)
    let ring = this.#rings.get(key)
    if (ring) return ring
    const columns = typeof value === 'number' ? 1 : setColumns
    if (this.#columns + columns > columnsMax) return null
    this.#columns += columns
    this.#rings.set(key, (ring = new Ring(series, columns)))
    return ring
  }

  #forgetOlderThan(minute: number): void {
    for (const [key, { last, columns }] of this.#rings)
      if (last < minute) {
        this.#rings.delete(key)
        this.#columns -= columns
      }
  }
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs)
}

/** Dimensions have no order. */
function keyOf({ namespace, name, dimensions }: Series): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()])
}
