import type { Dimensions, Sample } from '../fleet/monitoring/metric.ts'
import type { MetricSource } from '../fleet/monitoring/metric-source.ts'
import type { QueueRecord } from './queues/queue-record.ts'
import type { StreamMeter } from './stream-meter.ts'
import type { Streams } from './streams.ts'

/** What streams have taken and given within the minute. Of what nobody asked there is no value, as on AWS. */
export class StreamMetrics implements MetricSource {
  readonly namespace = 'AWS/Kinesis'
  readonly #streams: Pick<Streams, 'channels' | 'list' | 'queues'>

  constructor(streams: Pick<Streams, 'channels' | 'list' | 'queues'>) {
    this.#streams = streams
  }

  async measure(): Promise<Sample[]> {
    const { channels, queues } = this.#streams
    // One after the other: the first time each reads its journal.
    const ofQueues: Sample[] = []
    for (const queue of queues.list()) ofQueues.push(...(await queueSamples(queues, queue)))
    return [
      ...ofQueues,
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

async function queueSamples(queues: Streams['queues'], record: QueueRecord): Promise<Sample[]> {
  const queue = queues.deliveringOf(record)
  if (!queue) return []
  const dimensions = { QueueName: record.name, QueueId: record.uuid }
  // Where its journal cannot be read there is nothing to count.
  const counts = await queue.count().catch(() => ({}))
  const counted = Object.entries(counts).map(([name, value]) => ({ name, dimensions, value }))
  return [...counted, ...samplesOf(queue.meter, dimensions)]
}

function samplesOf(meter: StreamMeter, of: Dimensions): Sample[] {
  return meter.take().map(({ metric, dimensions, set }) => ({
    name: metric,
    dimensions: { ...of, ...dimensions },
    value: set,
  }))
}
