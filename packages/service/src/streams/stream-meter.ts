import { type Dimensions, setOf, setOfAll, type StatisticSet } from '../fleet/monitoring/metric.ts'

/** What came to one metric of a stream. */
interface Metered {
  readonly metric: string
  /** Beside the stream's name. */
  readonly dimensions: Dimensions
  readonly set: StatisticSet
}

const ofTheStream: Dimensions = {}

/** What comes to the metrics of a stream, event by event, until somebody takes it. */
export class StreamMeter {
  readonly #metered = new Map<string, Metered>()

  /** One event: its value counts for the metric's minimum and maximum, too. */
  count(metric: string, value: number, dimensions: Dimensions = ofTheStream): void {
    const key = [metric, ...Object.values(dimensions)].join(' ')
    const before = this.#metered.get(key)
    const set = before ? setOfAll([before.set, setOf(value)]) : setOf(value)
    this.#metered.set(key, { metric, dimensions, set })
  }

  /** All that has come since this was last asked. */
  take(): Metered[] {
    const taken = [...this.#metered.values()]
    this.#metered.clear()
    return taken
  }
}
