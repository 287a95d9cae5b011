import { type Dimensions, setOf, type StatisticSet, withOneMore } from '../fleet/monitoring/metric.ts'

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
  /** By name; of those with dimensions by these, too. */
  readonly #metered = new Map<string, { -readonly [Key in keyof Metered]: Metered[Key] }>()

  /** One event: its value counts for the metric's minimum and maximum, too. */
  count(metric: string, value: number, dimensions: Dimensions = ofTheStream): void {
    const key = dimensions === ofTheStream ? metric : [metric, ...Object.values(dimensions)].join(' ')
    const before = this.#metered.get(key)
    if (before) before.set = withOneMore(before.set, value)
    else this.#metered.set(key, { metric, dimensions, set: setOf(value) })
  }

  /** All that has come since this was last asked. */
  take(): Metered[] {
    const taken = [...this.#metered.values()]
    this.#metered.clear()
    return taken
  }
}
