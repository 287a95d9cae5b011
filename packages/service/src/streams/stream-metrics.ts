import type { Dimensions, Sample } from '../fleet/monitoring/metric.ts'
import type { MetricSource } from '../fleet/monitoring/metric-source.ts'
import type { StreamMeter } from './stream-meter.ts'
import type { Streams } from './streams.ts'

/** What streams have taken and given within the minute. Of what nobody asked there is no value, as on AWS. */
export class StreamMetrics implements MetricSource {
  readonly namespace = 'AWS/Kinesis'
  readonly #streams: Pick<Streams, 'channels' | 'list'>

  constructor(streams: Pick<Streams, 'channels' | 'list'>) {
    this.#streams = streams
  }

  async measure(): Promise<Sample[]> {
    const { channels } = this.#streams
    return [
      ...this.#streams.list().flatMap(({ record, meter }) => samplesOf(meter, { StreamName: record.name })),
      ...channels.list().flatMap((channel) =>
        samplesOf(channels.meterOf(channel), {
          StreamName: channel.stream.name,
          ChannelName: channel.name,
          ChannelId: channel.uuid,
        }),
      ),
    ]
  }
}

function samplesOf(meter: StreamMeter, of: Dimensions): Sample[] {
  return meter.take().map(({ metric, dimensions, set }) => ({
    name: metric,
    dimensions: { ...of, ...dimensions },
    value: set,
  }))
}
