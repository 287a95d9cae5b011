import type { Api } from '../api.ts'
import { type ChannelSummary, type QueueSummary, streamOf } from './kinesis.ts'

/** What a stream or a shard has taken and given in its last whole minute. */
export interface Figures {
  bytesIn?: number
  recordsIn?: number
  bytesOut?: number
  recordsOut?: number
  /** How old the oldest record was when it was read, ms. */
  ageMs?: number
  /** Of a queue: records that are there to be received, those that somebody has received, and dead letters. */
  visible?: number
  inFlight?: number
  dead?: number
}

const periodSeconds = 60
/** Measured at the end of each minute: what is older than this is not of now. */
const backMs = 150_000
/** CloudWatch takes 500 queries a call. */
export const shardsMax = 100

type Metric = readonly [figure: keyof Figures, name: string, statistic: 'Sum' | 'Maximum']

const ofStream: readonly Metric[] = [
  ['bytesIn', 'IncomingBytes', 'Sum'],
  ['recordsIn', 'IncomingRecords', 'Sum'],
  ['bytesOut', 'GetRecords.Bytes', 'Sum'],
  ['recordsOut', 'GetRecords.Records', 'Sum'],
  ['ageMs', 'GetRecords.IteratorAgeMilliseconds', 'Maximum'],
]
const ofShard: readonly Metric[] = [
  ['bytesIn', 'IncomingBytes', 'Sum'],
  ['recordsIn', 'IncomingRecords', 'Sum'],
  ['bytesOut', 'OutgoingBytes', 'Sum'],
  ['recordsOut', 'OutgoingRecords', 'Sum'],
  ['ageMs', 'IteratorAgeMilliseconds', 'Maximum'],
]

const ofConsumer: readonly Metric[] = [
  ['bytesOut', 'SubscribeToShardEvent.Bytes', 'Sum'],
  ['recordsOut', 'SubscribeToShardEvent.Records', 'Sum'],
  ['ageMs', 'SubscribeToShardEvent.MillisBehindLatest', 'Maximum'],
]

const ofQueue: readonly Metric[] = [
  ['visible', 'VisibleQueueRecords', 'Maximum'],
  ['inFlight', 'InFlightQueueRecords', 'Maximum'],
  ['dead', 'VisibleDeadLetterQueueRecords', 'Maximum'],
]

/** What a channel has delivered within the hour. */
export interface Delivered {
  /** How often it has delivered something. */
  deliveries: number
  records: number
  /** Of these, what was not of its format. */
  failed: number
  /** Of the objects. */
  bytes: number
}

const ofChannel: Readonly<Record<keyof Delivered, string>> = {
  deliveries: 'DeliverySuccess',
  records: 'RecordCount',
  failed: 'FailedRecordCount',
  bytes: 'BytesOut',
}
const hourMs = 3_600_000

export async function streamFigures(api: Api, stream: string): Promise<Figures> {
  const [figures = {}] = await figuresOf(api, ofStream, [[{ Name: 'StreamName', Value: stream }]])
  return figures
}

/** Of these shards, of which there may be `shardsMax`; empty where they are not measured. */
export function shardFigures(
  api: Api,
  stream: string,
  shards: readonly string[],
): Promise<Map<string, Figures>> {
  return figuresBy(api, ofShard, { stream, dimension: 'ShardId', values: shards })
}

export function consumerFigures(
  api: Api,
  stream: string,
  consumers: readonly string[],
): Promise<Map<string, Figures>> {
  return figuresBy(api, ofConsumer, {
    stream,
    dimension: 'ConsumerName',
    values: consumers.slice(0, shardsMax),
  })
}

/** Of so many queues as of shards, by their ARNs. */
export async function queueFigures(
  api: Api,
  queues: readonly Pick<QueueSummary, 'QueueARN' | 'QueueName'>[],
): Promise<Map<string, Figures>> {
  const measured = queues.slice(0, shardsMax)
  const dimensions = measured.map(({ QueueName, QueueARN: arn }) => [
    { Name: 'QueueName', Value: QueueName },
    { Name: 'QueueId', Value: idOf(arn) },
  ])
  const figures = await figuresOf(api, ofQueue, dimensions)
  return new Map(measured.map(({ QueueARN: arn }, at) => [arn, figures[at] ?? {}]))
}

/** Of so many channels as of shards, by their ARNs; of one that has not delivered anything all is 0. */
export async function channelFigures(
  api: Api,
  channels: readonly Pick<ChannelSummary, 'ChannelARN' | 'ChannelName' | 'Streams'>[],
): Promise<Map<string, Delivered>> {
  const measured = channels.slice(0, shardsMax)
  const queries = measured.flatMap(({ ChannelARN: arn, ChannelName, Streams: [stream] }, at) =>
    Object.entries(ofChannel).map(([figure, metric]) => {
      const Dimensions = [
        { Name: 'StreamName', Value: streamOf(stream?.StreamARN ?? '') },
        { Name: 'ChannelName', Value: ChannelName },
        { Name: 'ChannelId', Value: idOf(arn) },
      ]
      return query(`${figure}_${at}`, `DeliveryToS3.${metric}`, Dimensions, 'Sum')
    }),
  )
  const values = await valuesOf(api, queries, hourMs)
  const sum = (id: string) => (values.get(id) ?? []).reduce((all, value) => all + value, 0)
  return new Map(
    measured.map(({ ChannelARN: arn }, at) => {
      const of = (figure: keyof Delivered) => sum(`${figure}_${at}`)
      return [
        arn,
        {
          deliveries: of('deliveries'),
          records: of('records'),
          failed: of('failed'),
          bytes: of('bytes'),
        },
      ]
    }),
  )
}

/** `…:queue/<id>` */
function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}

async function figuresBy(
  api: Api,
  metrics: readonly Metric[],
  { stream, dimension, values }: { stream: string; dimension: string; values: readonly string[] },
): Promise<Map<string, Figures>> {
  const dimensions = values.map((value) => [
    { Name: 'StreamName', Value: stream },
    { Name: dimension, Value: value },
  ])
  const figures = values.length === 0 ? [] : await figuresOf(api, metrics, dimensions)
  return new Map(values.map((value, at) => [value, figures[at] ?? {}]))
}

interface MetricAnswer {
  MetricDataResults: { Id: string; Values: number[] }[]
}

/** Sums of a minute are shown a second. */
async function figuresOf(api: Api, metrics: readonly Metric[], of: readonly object[]): Promise<Figures[]> {
  const queries = of.flatMap((dimensions, at) =>
    metrics.map(([figure, name, statistic]) =>
      query(`${figure.toLowerCase()}_${at}`, name, dimensions, statistic),
    ),
  )
  const values = await valuesOf(api, queries, backMs)
  return of.map((_, at) =>
    Object.fromEntries(
      metrics.flatMap(([figure, , statistic]) => {
        const value = values.get(`${figure.toLowerCase()}_${at}`)?.[0]
        if (value === undefined) return []
        return [[figure, statistic === 'Sum' ? value / periodSeconds : value]]
      }),
    ),
  )
}

function query(Id: string, MetricName: string, Dimensions: object, Stat: string) {
  const Metric = { Namespace: 'AWS/Kinesis', MetricName, Dimensions }
  return { Id, MetricStat: { Metric, Period: periodSeconds, Stat } }
}

/** A value a minute, the newest first, by the ids of the queries. */
async function valuesOf(
  api: Api,
  queries: readonly ReturnType<typeof query>[],
  sinceMs: number,
): Promise<Map<string, number[]>> {
  const nowMs = Date.now()
  const { MetricDataResults: results } = await api.call<MetricAnswer>({
    service: 'monitoring',
    operation: 'GetMetricData',
    input: { MetricDataQueries: queries, StartTime: (nowMs - sinceMs) / 1_000, EndTime: nowMs / 1_000 },
  })
  return new Map(results.map(({ Id, Values }) => [Id, Values]))
}
