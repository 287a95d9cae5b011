import type { Sample } from '../fleet/monitoring/metric.ts'
import type { MetricSource } from '../fleet/monitoring/metric-source.ts'
import type { Streams } from './streams.ts'

/** What streams have taken and given within the minute. Of what nobody asked there is no value, as on AWS. */
export class StreamMetrics implements MetricSource {
  readonly namespace = 'AWS/Kinesis'
  readonly #streams: Pick<Streams, 'list'>

  constructor(streams: Pick<Streams, 'list'>) {
    this.#streams = streams
  }

  async measure(): Promise<Sample[]> {
    return this.#streams.list().flatMap(({ record, meter }) =>
      meter.take().map(({ metric, dimensions, set }) => ({
        name: metric,
        dimensions: { StreamName: record.name, ...dimensions },
        value: set,
      })),
    )
  }
}
