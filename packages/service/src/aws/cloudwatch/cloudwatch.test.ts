import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch'
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { testIdentities } from '../../iam/testing/identities.ts'
import { credentials, portless, startTestService, type TestService } from '../testing/test-service.ts'

const minute = 60_000
const Namespace = 'AWS/Kafka'
const dimensions = { 'Cluster Name': 'orders', 'Broker ID': '1' }
const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))

let clock: TestClock
let service: TestService
let client: CloudWatchClient
/** A full hour. */
let startMs: number

beforeEach(async () => {
  clock = new TestClock(Date.UTC(2026, 10, 28, 12))
  startMs = clock.now()
  service = await startTestService({ clock, acceptAnySignature: true })
  client = clientOf(service)
})

function clientOf(
  { handle }: { handle: Parameters<typeof portless>[0] },
  owner = credentials,
  protocol?: CloudWatchClientConfig['protocol'],
): CloudWatchClient {
  return new CloudWatchClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9081',
    credentials: owner,
    requestHandler: portless(handle),
    maxAttempts: 1,
    ...(protocol && { protocol }),
  })
}

function measure(name: string, values: readonly number[]): void {
  for (const [at, value] of values.entries())
    service.fleet.monitoring.metrics.record(startMs + at * minute, Namespace, [{ name, dimensions, value }])
}

const range = (minutes: number) => ({
  StartTime: new Date(startMs),
  EndTime: new Date(startMs + minutes * minute),
})

describe('ListMetrics', () => {
  it('lists what was measured, by namespace, name and dimensions', async () => {
    measure('BytesInPerSec', [1])
    service.fleet.monitoring.metrics.record(startMs, Namespace, [
      { name: 'GlobalTopicCount', dimensions: { 'Cluster Name': 'orders' }, value: 3 },
    ])
    const { Metrics } = await client.send(new ListMetricsCommand({ Namespace }))
    expect(Metrics).toEqual([
      { Namespace, MetricName: 'BytesInPerSec', Dimensions },
      { Namespace, MetricName: 'GlobalTopicCount', Dimensions: Dimensions.slice(0, 1) },
    ])
    const names = async (filter: object) =>
      (await client.send(new ListMetricsCommand(filter))).Metrics?.map(({ MetricName }) => MetricName)
    expect(await names({ MetricName: 'GlobalTopicCount' })).toEqual(['GlobalTopicCount'])
    expect(await names({ Dimensions: [{ Name: 'Broker ID' }] })).toEqual(['BytesInPerSec'])
    expect(await names({ Dimensions: [{ Name: 'Broker ID', Value: '2' }] })).toEqual([])
    expect(await names({ Namespace: 'AWS/EC2' })).toEqual([])
  })

  it('gives pages', async () => {
    const samples = Array.from({ length: 501 }, (_, n) => ({ name: `m${n}`, dimensions, value: n }))
    service.fleet.monitoring.metrics.record(startMs, Namespace, samples)
    const first = await client.send(new ListMetricsCommand({}))
    expect(first.Metrics).toHaveLength(500)
    const second = await client.send(new ListMetricsCommand({ NextToken: first.NextToken }))
    expect(second.Metrics).toHaveLength(1)
    expect(second.NextToken).toBeUndefined()
  })
})

describe('GetMetricStatistics', () => {
  it('has a datapoint a period', async () => {
    measure('BytesInPerSec', [1, 2, 3, 10, 20, 30])
    const { Datapoints, Label } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName: 'BytesInPerSec',
        Dimensions,
        ...range(6),
        Period: 180,
        Statistics: ['Average', 'Maximum', 'Minimum', 'Sum', 'SampleCount'],
      }),
    )
    expect(Label).toBe('BytesInPerSec')
    expect(Datapoints).toMatchObject([
      { Timestamp: new Date(startMs), Average: 2, Maximum: 3, Minimum: 1, Sum: 6, SampleCount: 3 },
      { Timestamp: new Date(startMs + 3 * minute), Average: 20, Maximum: 30, Sum: 60 },
    ])
  })

  it('refuses what CloudWatch refuses', async () => {
    const ask = (change: object) =>
      client.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName: 'BytesInPerSec',
          ...range(6),
          Period: 60,
          Statistics: ['Sum'],
          ...change,
        }),
      )
    const invalid = { name: 'InvalidParameterValueException' }
    await expect(ask({ Period: 30 })).rejects.toMatchObject(invalid)
    await expect(ask({ EndTime: new Date(startMs) })).rejects.toMatchObject(invalid)
    await expect(ask({ Statistics: ['Median'] })).rejects.toMatchObject(invalid)
    await expect(ask({ Statistics: undefined })).rejects.toMatchObject({
      name: 'MissingRequiredParameterException',
    })
    await expect(ask(range(1_500))).rejects.toMatchObject({
      name: 'InvalidParameterCombinationException',
      message: expect.stringContaining('exceeds the limit of 1,440'.replace(',', '')),
    })
  })
})

describe('GetMetricData', () => {
  const query = (Id: string, MetricName: string, Stat: string, more = {}) => ({
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat },
    ...more,
  })

  it('answers several queries, the latest first unless told otherwise', async () => {
    measure('BytesInPerSec', [1, 2, 3])
    measure('BytesOutPerSec', [7])
    const MetricDataQueries = [
      query('in', 'BytesInPerSec', 'Average'),
      query('out', 'BytesOutPerSec', 'p90', { Label: 'Out' }),
      query('none', 'Nothing', 'Sum'),
      query('hidden', 'BytesInPerSec', 'Sum', { ReturnData: false }),
    ]
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({ MetricDataQueries, ...range(5) }),
    )
    const at = (n: number) => new Date(startMs + n * minute)
    expect(MetricDataResults).toEqual([
      {
        Id: 'in',
        Label: 'BytesInPerSec',
        Timestamps: [at(2), at(1), at(0)],
        Values: [3, 2, 1],
        StatusCode: 'Complete',
      },
      { Id: 'out', Label: 'Out', Timestamps: [at(0)], Values: [7], StatusCode: 'Complete' },
      { Id: 'none', Label: 'Nothing', Timestamps: [], Values: [], StatusCode: 'Complete' },
    ])
    const ascending = await client.send(
      new GetMetricDataCommand({ MetricDataQueries, ...range(5), ScanBy: 'TimestampAscending' }),
    )
    expect(ascending.MetricDataResults?.[0]?.Values).toEqual([1, 2, 3])
  })

  it('says that metric math is not served', async () => {
    const MetricDataQueries = [query('a', 'BytesInPerSec', 'Sum'), { Id: 'b', Expression: 'a * 8' }]
    await expect(
      client.send(new GetMetricDataCommand({ MetricDataQueries, ...range(5) })),
    ).rejects.toMatchObject({ name: 'NotImplementedException' })
  })
})

describe('an alarm', () => {
  const put = (change: Partial<PutMetricAlarmCommandInput> = {}) =>
    client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'full',
        Namespace,
        MetricName: 'KafkaDataLogsDiskUsed',
        Dimensions,
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 85,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        ...change,
      }),
    )
  const described = async (input = {}) =>
    (await client.send(new DescribeAlarmsCommand(input))).MetricAlarms ?? []
  /** Of this minute; the next one is then reached. */
  const now = async (value: number) => {
    const sample = { name: 'KafkaDataLogsDiskUsed', dimensions, value }
    service.fleet.monitoring.metrics.record(clock.now(), Namespace, [sample])
    service.fleet.monitoring.alarms.evaluate(clock.now())
    const state = (await described())[0]?.StateValue
    await clock.advance(minute)
    return state
  }

  it('follows what is measured', async () => {
    await put()
    expect(await described()).toMatchObject([
      {
        AlarmName: 'full',
        AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:full',
        StateValue: 'INSUFFICIENT_DATA',
        Threshold: 85,
        Dimensions,
        ActionsEnabled: true,
      },
    ])
    expect(await now(90)).toBe('OK')
    expect(await now(85)).toBe('ALARM')
    expect(await now(84)).toBe('OK')
    expect((await described())[0]?.StateReason).toContain('greater than or equal to the threshold (85)')
    await clock.advance(10 * minute)
    expect((await described())[0]?.StateValue).toBe('INSUFFICIENT_DATA')
  })

  it('treats gaps as it is told', async () => {
    await put({ TreatMissingData: 'breaching', AlarmName: 'a' })
    await put({ TreatMissingData: 'notBreaching', AlarmName: 'b' })
    await put({ TreatMissingData: 'ignore', AlarmName: 'c' })
    await clock.advance(2 * minute)
    expect((await described()).map(({ StateValue }) => StateValue)).toEqual([
      'ALARM',
      'OK',
      'INSUFFICIENT_DATA',
    ])
    expect((await described({ StateValue: 'ALARM' })).map(({ AlarmName }) => AlarmName)).toEqual(['a'])
  })

  it('is changed, kept over a restart, found by its name and deleted', async () => {
    await put()
    await put({ Threshold: 50 })
    await put({ AlarmName: 'other' })
    await service.fleet.stop()
    service = await startTestService({ clock, disk: service.disk, acceptAnySignature: true })
    client = clientOf(service)
    expect((await described()).map(({ AlarmName, Threshold }) => [AlarmName, Threshold])).toEqual([
      ['full', 50],
      ['other', 85],
    ])
    expect(await described({ AlarmNames: ['other'] })).toHaveLength(1)
    expect(await described({ AlarmNamePrefix: 'fu' })).toHaveLength(1)
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 1 }))
    expect(await described({ NextToken: first.NextToken })).toMatchObject([{ AlarmName: 'other' }])
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['full', 'gone'] }))
    expect((await described()).map(({ AlarmName }) => AlarmName)).toEqual(['other'])
  })

  it('is refused where it makes no sense', async () => {
    const invalid = { name: 'InvalidParameterValueException' }
    await expect(put({ ComparisonOperator: 'Near' as never })).rejects.toMatchObject(invalid)
    await expect(put({ DatapointsToAlarm: 3 })).rejects.toMatchObject(invalid)
    await expect(put({ Threshold: undefined })).rejects.toMatchObject({
      name: 'MissingRequiredParameterException',
    })
    await expect(put({ Metrics: [{ Id: 'a', Expression: 'b' }] })).rejects.toMatchObject({
      name: 'NotImplementedException',
    })
  })
})

/** What today's SDK speaks, what others of AWS's do, and what older ones did. */
const protocols = {
  'JSON 1.0': undefined,
  CBOR: new AwsSmithyRpcV2CborProtocol({
    defaultNamespace: 'com.amazonaws.cloudwatch',
  }),
  Query: new AwsQueryProtocol({
    defaultNamespace: 'com.amazonaws.cloudwatch',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    version: '2010-08-01',
  }),
}

describe.each(Object.entries(protocols))('CloudWatch over %s', (_, protocol) => {
  it('says the same', async () => {
    const spoken = clientOf(service, credentials, protocol)
    measure('BytesInPerSec', [1, 2.5])
    const { Metrics } = await spoken.send(
      new ListMetricsCommand({ Namespace, Dimensions: Dimensions.slice(1) }),
    )
    expect(Metrics).toEqual([{ Namespace, MetricName: 'BytesInPerSec', Dimensions }])
    const { Datapoints } = await spoken.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName: 'BytesInPerSec',
        Dimensions,
        ...range(2),
        Period: 60,
        Statistics: ['Average'],
      }),
    )
    expect(Datapoints?.map(({ Average, Timestamp }) => [Average, Timestamp?.getTime()])).toEqual([
      [1, startMs],
      [2.5, startMs + minute],
    ])
    await spoken.send(
      new PutMetricAlarmCommand({
        AlarmName: 'busy',
        Namespace,
        MetricName: 'BytesInPerSec',
        Dimensions,
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 2.25,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
    const { MetricAlarms } = await spoken.send(new DescribeAlarmsCommand({ AlarmNames: ['busy'] }))
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'busy', Threshold: 2.25, ActionsEnabled: true }])
    await expect(
      spoken.send(new DescribeAlarmsCommand({ AlarmNames: ['busy'], AlarmNamePrefix: 'b' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterCombinationException' })
  })
})

describe('the policies of a caller', () => {
  it('are asked by the names of cloudwatch, and by the ARNs of alarms', async () => {
    const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
    const Resource = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:mine-*'
    const Statement = [
      { Effect: 'Allow', Action: 'cloudwatch:ListMetrics', Resource: '*' },
      { Effect: 'Allow', Action: 'cloudwatch:DeleteAlarms', Resource },
    ]
    const identities = testIdentities({
      ownerKey: credentials,
      keys: [{ ...alice, identity: 'arn:aws:iam::000000000000:user/alice' }],
      table: JSON.stringify({ users: { alice: { policies: [{ Version: '2012-10-17', Statement }] } } }),
    })
    const hers = clientOf(await startTestService({ identities }), alice)
    await expect(hers.send(new ListMetricsCommand({}))).resolves.toMatchObject({ Metrics: [] })
    await hers.send(new DeleteAlarmsCommand({ AlarmNames: ['mine-1'] }))
    await expect(
      hers.send(new DeleteAlarmsCommand({ AlarmNames: ['mine-1', 'full'] })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    await expect(hers.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
