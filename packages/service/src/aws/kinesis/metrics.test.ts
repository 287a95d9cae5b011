import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  EnableEnhancedMonitoringCommand,
  GetRecordsCommand,
  type KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, expect, it } from 'vitest'
import { credentials, portless } from '../testing/test-service.ts'
import { iterator, page, put, startWithStream, stillClock, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

const minuteMs = 60_000
const StreamName = 'orders'

async function open(options: Parameters<typeof startWithStream>[1] = {}) {
  const { clock, move } = stillClock()
  const { service, kinesis } = await startWithStream(2, { clock, acceptAnySignature: true, ...options })
  const cloudWatch = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9081',
    credentials,
    requestHandler: portless((request) => service.handle(request)),
    maxAttempts: 1,
  })
  const nextMinute = () => {
    move(minuteMs)
    return service.fleet.monitoring.measure()
  }
  /** Of the last minute; undefined where there is no value. */
  const metric = async (MetricName: string, more: Readonly<Record<string, string>> = {}) => {
    const { Datapoints } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/Kinesis',
        MetricName,
        Dimensions: Object.entries({ StreamName, ...more }).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(clock.now() - (clock.now() % minuteMs)),
        EndTime: new Date(clock.now() + minuteMs),
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
      }),
    )
    const { Timestamp: _, Unit: __, ...values } = Datapoints?.[0] ?? {}
    return Datapoints?.length ? values : undefined
  }
  return { service, kinesis, cloudWatch, metric, nextMinute }
}

function putRecords(kinesis: KinesisClient, ...texts: string[]) {
  const Records = texts.map((text) => ({ PartitionKey: 'ä', Data: Buffer.from(text) }))
  return kinesis.send(new PutRecordsCommand({ StreamName, Records }))
}

it('of a stream tell what came and went within a minute, a call a value', async () => {
  const { kinesis, metric, nextMinute } = await open()
  await put(kinesis, 'four')
  await putRecords(kinesis, 'a', 'bb')
  const { ShardId } = await put(kinesis, '')
  await page(kinesis, await iterator(kinesis, { ShardId }))
  await nextMinute()
  // Keys count: k is one byte, ä two, both of one shard.
  expect(await metric('IncomingBytes')).toEqual({
    Sum: 13,
    SampleCount: 3,
    Minimum: 1,
    Maximum: 7,
    Average: 13 / 3,
  })
  expect(await metric('IncomingRecords')).toMatchObject({ Sum: 4, SampleCount: 3, Maximum: 2 })
  expect(await metric('PutRecord.Bytes')).toMatchObject({ Sum: 6, SampleCount: 2 })
  expect(await metric('PutRecords.Bytes')).toMatchObject({ Sum: 7, SampleCount: 1 })
  expect(await metric('PutRecords.TotalRecords')).toMatchObject({ Sum: 2 })
  expect(await metric('PutRecords.SuccessfulRecords')).toMatchObject({ Sum: 2 })
  expect(await metric('PutRecords.FailedRecords')).toMatchObject({ Sum: 0, SampleCount: 1 })
  expect(await metric('PutRecord.Success')).toMatchObject({ Average: 1, SampleCount: 2 })
  expect(await metric('PutRecord.Latency')).toMatchObject({ SampleCount: 2 })
  expect(await metric('WriteProvisionedThroughputExceeded')).toMatchObject({ Sum: 0, SampleCount: 3 })
  expect(await metric('GetRecords.Records')).toMatchObject({ Sum: 4, SampleCount: 1 })
  expect(await metric('GetRecords.Bytes')).toMatchObject({ Sum: 13 })
  expect(await metric('GetRecords.IteratorAgeMilliseconds')).toMatchObject({ Maximum: 0 })
  expect(await metric('IncomingBytes', { ShardId: ShardId ?? '' })).toBeUndefined()
  await put(kinesis, 'x')
  await nextMinute()
  expect(await metric('IncomingRecords')).toMatchObject({ Sum: 1 })
  expect(await metric('GetRecords.Records')).toBeUndefined()
})

it('of shards are there for whom somebody has asked', async () => {
  const { kinesis, cloudWatch, metric, nextMinute } = await open()
  await kinesis.send(
    new EnableEnhancedMonitoringCommand({
      StreamName,
      ShardLevelMetrics: ['IncomingRecords', 'OutgoingBytes'],
    }),
  )
  const { ShardId = '' } = await put(kinesis, 'ab')
  await page(kinesis, await iterator(kinesis, { ShardId }))
  await nextMinute()
  expect(await metric('IncomingRecords', { ShardId })).toMatchObject({ Sum: 1 })
  expect(await metric('OutgoingBytes', { ShardId })).toMatchObject({ Sum: 3 })
  expect(await metric('IncomingBytes', { ShardId })).toBeUndefined()
  const { Metrics } = await cloudWatch.send(
    new ListMetricsCommand({ Namespace: 'AWS/Kinesis', Dimensions: [{ Name: 'ShardId' }] }),
  )
  expect(Metrics?.map(({ MetricName }) => MetricName)).toEqual(['IncomingRecords', 'OutgoingBytes'])
})

it('tell what the limits of shards refuse, and set alarms off', async () => {
  const { service, kinesis, cloudWatch, metric, nextMinute } = await open({ streamsAreLimited: true })
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'too-much',
      Namespace: 'AWS/Kinesis',
      MetricName: 'WriteProvisionedThroughputExceeded',
      Dimensions: [{ Name: 'StreamName', Value: StreamName }],
      Period: 60,
      EvaluationPeriods: 1,
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  )
  const large = 'x'.repeat(600_000)
  const { FailedRecordCount } = await putRecords(kinesis, large, large)
  expect(FailedRecordCount).toBe(1)
  const from = await iterator(kinesis)
  const reads = Array.from({ length: 6 }, () => kinesis.send(new GetRecordsCommand({ ShardIterator: from })))
  const refused = (await Promise.allSettled(reads)).filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(1)
  await nextMinute()
  expect(await metric('WriteProvisionedThroughputExceeded')).toMatchObject({ Sum: 1 })
  expect(await metric('PutRecords.ThrottledRecords')).toMatchObject({ Sum: 1 })
  expect(await metric('ReadProvisionedThroughputExceeded')).toMatchObject({ Sum: 1, SampleCount: 6 })
  expect(await metric('GetRecords.Success')).toMatchObject({ Average: 5 / 6 })
  await expect.poll(() => service.fleet.monitoring.alarms.list()[0]?.state).toBe('ALARM')
})
