import type { Connection } from '@sluice/client'
import {
  ApiVersions,
  buildBatchSync,
  compress,
  ConfigResourceType,
  ErrorCode,
  GetTelemetrySubscriptions,
  IncrementalAlterConfigs,
  PushTelemetry,
  zeroUuid,
} from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { TestBroker } from '../testing/test-broker.ts'

const received = { 'metric.reporters': 'sluice.ClientMetricsLog' }
const [gzip, zstd] = [1, 4]

let test: TestBroker
afterEach(() => test.close())

async function started(properties: Record<string, string> = received): Promise<Connection> {
  test = await new TestBroker(properties).open()
  return test.connect()
}

async function subscribe(client: Connection, name: string, configs: Record<string, string>): Promise<void> {
  const { responses } = await client.request(IncrementalAlterConfigs, {
    resources: [
      {
        resourceType: ConfigResourceType.clientMetrics,
        resourceName: name,
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, configOperation: 0, value })),
      },
    ],
  })
  expect(responses.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE])
}

const ask = (client: Connection, clientInstanceId = zeroUuid) =>
  client.send(GetTelemetrySubscriptions, 0, { clientInstanceId })
type Subscribed = Awaited<ReturnType<typeof ask>>

async function push(
  client: Connection,
  { clientInstanceId, subscriptionId }: Pick<Subscribed, 'clientInstanceId' | 'subscriptionId'>,
  differing: { metrics?: Buffer; compressionType?: number; terminating?: boolean } = {},
): Promise<number> {
  const request = { clientInstanceId, subscriptionId, terminating: false, compressionType: 0 }
  const { errorCode } = await client.send(PushTelemetry, 0, {
    ...request,
    metrics: Buffer.from('metrics'),
    ...differing,
  })
  return errorCode
}

describe('metrics of clients', () => {
  it('are offered where somebody receives them', async () => {
    const offered = async (client: Connection) =>
      (await client.send(ApiVersions, 3, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })).apiKeys
        .map(({ apiKey }) => apiKey)
        .filter((apiKey) => apiKey === 71 || apiKey === 72)
    expect(await offered(await started())).toEqual([71, 72])
    await test.close()
    const client = await started({})
    expect(await offered(client)).toEqual([])
    expect((await ask(client)).errorCode).toBe(ErrorCode.NONE)
  })

  it('are those of all subscriptions that mean a client, at the shortest interval', async () => {
    const client = await started()
    await subscribe(client, 'all', { metrics: 'a.,b.', 'interval.ms': '60000' })
    await subscribe(client, 'java', {
      metrics: 'b.,c.',
      'interval.ms': '5000',
      match: 'client_software_name=j.*',
    })
    await subscribe(client, 'others', { metrics: 'd.', match: 'client_software_name=ja,client_id=x' })
    await client.send(ApiVersions, 3, { clientSoftwareName: 'java', clientSoftwareVersion: '4.4.0' })
    const answer = await ask(client)
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, pushIntervalMs: 5_000, deltaTemporality: true })
    expect([...answer.requestedMetrics].sort()).toEqual(['a.', 'b.', 'c.'])
    await subscribe(client, 'everything', { metrics: '*' })
    // Who is meant by something new hears of it at once.
    const again = await ask(client, answer.clientInstanceId)
    expect(again.requestedMetrics).toEqual(['*'])
    expect(again.subscriptionId).not.toBe(answer.subscriptionId)
  })

  it('are taken once in an interval, and the first of them at any time', async () => {
    const client = await started()
    const of = await ask(client)
    expect(await push(client, of)).toBe(ErrorCode.NONE)
    expect(await push(client, of)).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
    expect((await ask(client, of.clientInstanceId)).errorCode).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
    await test.controller.clock.advance(300_000)
    expect(await push(client, of)).toBe(ErrorCode.NONE)
    expect(await push(client, of, { terminating: true })).toBe(ErrorCode.NONE)
    await test.controller.clock.advance(300_000)
    expect(await push(client, of)).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('with an id that is not that of their subscriptions any more have their client ask again', async () => {
    const client = await started()
    const of = await ask(client)
    await subscribe(client, 'new', { metrics: 'a.' })
    expect(await push(client, of)).toBe(ErrorCode.UNKNOWN_SUBSCRIPTION_ID)
    const { errorCode, subscriptionId } = await ask(client, of.clientInstanceId)
    expect(errorCode).toBe(ErrorCode.NONE)
    await test.controller.clock.advance(300_000)
    expect(await push(client, { ...of, subscriptionId })).toBe(ErrorCode.NONE)
  })

  it('are refused where nobody could read them', async () => {
    const client = await started({ ...received, 'telemetry.max.bytes': '1000' })
    const bomb = await compress(gzip, Buffer.alloc(900_000))
    expect(bomb.length).toBeLessThan(1_000)
    const rows: [number, Parameters<typeof push>[2]][] = [
      [ErrorCode.NONE, { metrics: await compress(zstd, Buffer.alloc(900)), compressionType: zstd }],
      [ErrorCode.TELEMETRY_TOO_LARGE, { metrics: Buffer.alloc(1_001) }],
      [ErrorCode.TELEMETRY_TOO_LARGE, { metrics: bomb, compressionType: gzip }],
      [ErrorCode.INVALID_RECORD, { metrics: buildBatchSync({ records: [] }), compressionType: gzip }],
      [ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, { compressionType: 9 }],
    ]
    for (const [errorCode, differing] of rows)
      expect(await push(client, await ask(client), differing)).toBe(errorCode)
    expect(await push(client, { clientInstanceId: zeroUuid, subscriptionId: 0 })).toBe(
      ErrorCode.INVALID_REQUEST,
    )
  })

  it('of clients that have gone are forgotten', async () => {
    const client = await started()
    const other = await test.connect()
    await ask(other)
    const { clientMetrics } = test.broker
    expect(clientMetrics.instanceCount).toBe(1)
    await ask(client)
    expect(clientMetrics.instanceCount).toBe(2)
    await other.close()
    await expect.poll(() => clientMetrics.instanceCount).toBe(1)
    // The others when they have been silent for long.
    await test.controller.clock.advance(900_000)
    await ask(await test.connect())
    expect(clientMetrics.instanceCount).toBe(1)
  })
})
