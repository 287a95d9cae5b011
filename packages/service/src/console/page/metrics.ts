import type { Api } from './api.ts'

/** What a stream or a shard has taken and given in its last whole minute. */
export interface Figures {
  bytesIn?: number
  recordsIn?: number
  bytesOut?: number
  recordsOut?: number
  /** How old the oldest record was when it was read, ms. */
  ageMs?: number
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
  const nowMs = Date.now()
  const queries = of.flatMap((Dimensions, at) =>
    metrics.map(([figure, MetricName, Stat]) => ({
      Id: `${figure.toLowerCase()}_${at}`,
      MetricStat: {
        Metric: { Namespace: 'AWS/Kinesis', MetricName, Dimensions },
        Period: periodSeconds,
        Stat,
      },
    })),
  )
  const { MetricDataResults: results } = await api.call<MetricAnswer>({
    service: 'monitoring',
    operation: 'GetMetricData',
    input: { MetricDataQueries: queries, StartTime: (nowMs - backMs) / 1_000, EndTime: nowMs / 1_000 },
  })
  const values = new Map(results.map(({ Id, Values }) => [Id, Values[0]]))
  return of.map((_, at) =>
    Object.fromEntries(
      metrics.flatMap(([figure, , statistic]) => {
        const value = values.get(`${figure.toLowerCase()}_${at}`)
        if (value === undefined) return []
        return [[figure, statistic === 'Sum' ? value / periodSeconds : value]]
      }),
    ),
  )
}
