import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { callApi } from './aws/api-client.ts'
import { consolePath } from './console/console.ts'
import { Api } from './console/page/api.ts'
import { channelCall } from './console/page/kinesis/channel-calls.ts'
import { commandOf, kinesis } from './console/page/command.ts'
import { Failure } from './console/page/failure.ts'
import type {
  Channel,
  ChannelSummary,
  EntriesAnswer,
  Queue,
  QueueRecord,
  QueueSummary,
  StreamName,
} from './console/page/kinesis/kinesis.ts'
import { channelFigures, queueFigures, shardFigures, streamFigures } from './console/page/kinesis/metrics.ts'
import { changeCall, queueCall, receiveCall, settleCall } from './console/page/kinesis/queue-calls.ts'
import { ShardReader } from './console/page/kinesis/shard-reader.ts'
import type { Credentials } from './console/page/sign.ts'
import { loadAccessKey } from './credentials.ts'
import { embeddedEngine } from './fleet/engines/embedded.ts'
import { loopbackReach, type Reach } from './fleet/reach.ts'
import { type Service, startService } from './service.ts'
import { consoleLinksPath, type ConsoleLink, statusPath } from './status-report.ts'
import { loggedEffects } from './testing/own-service.ts'

// The browser's side of the console against a service, over HTTP: what it signs, reads and may.

const effects = loggedEffects([])
const account = '000000000000'
const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const directories: string[] = []
const services: Service[] = []

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-console-'))
  directories.push(directory)
  return directory
}

async function start(
  dataDirectory: string,
  { reach = loopbackReach, acceptAnySignature = false }: { reach?: Reach; acceptAnySignature?: boolean } = {},
): Promise<Service> {
  const service = await startService({
    ...{ dataDirectory, apiPort: 0, kafkaPort: 0, cluster: { kind: 'none' }, properties: {} },
    ...{ region: 'eu-west-1', reach, acceptAnySignature, effects },
    ...{ engines: [embeddedEngine(effects)], engine: undefined, hosting: undefined },
    consoleDirectory: fileURLToPath(new URL('console/page', import.meta.url)),
  })
  services.push(service)
  return service
}

let dataDirectory: string
let service: Service

beforeAll(async () => {
  dataDirectory = newDirectory()
  writeAccessKeys(effects.disk, dataDirectory, [{ ...alice, identity: `arn:aws:iam::${account}:user/alice` }])
  const policy = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: ['kinesis:List*', 'kafka:List*'], Resource: '*' },
  }
  writeFileSync(join(dataDirectory, 'iam.json'), JSON.stringify({ users: { alice: { policies: [policy] } } }))
  service = await start(dataDirectory)
}, 60_000)
afterAll(async () => {
  for (const one of services) await one.stop()
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

const originOf = (of: Service) => new URL(of.report().console ?? '').origin
const apiOf = (credentials: Credentials | null, of = service) =>
  new Api({ credentials, region: 'eu-west-1', origin: originOf(of) })

/** As the page does it. */
async function redeemed(link: string | null, of = service): Promise<Credentials> {
  const ticket = /^http:\/\/[\d.]+:\d+\/_sluice\/console\/#ticket=([\w-]{27})$/.exec(link ?? '')?.[1]
  const origin = originOf(of)
  const headers = { origin, 'content-type': 'application/json' }
  const answer = await fetch(`${origin}${consolePath}session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ticket }),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Credentials
}

/** One on demand that is ACTIVE; its ARN. */
async function newStream(api: Api, StreamName: string): Promise<string> {
  await api.call(kinesis('CreateStream', { StreamName, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }))
  const describe = async () => {
    const call = kinesis('DescribeStreamSummary', { StreamName })
    return (await api.call<{ StreamDescriptionSummary: StreamName }>(call)).StreamDescriptionSummary
  }
  await expect
    .poll(async () => (await describe()).StreamStatus, { timeout: 20_000, interval: 50 })
    .toBe('ACTIVE')
  return (await describe()).StreamARN
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: Failure) => error.code,
  )

describe('the console of a service', () => {
  it('is in the audit log when somebody signs in by a link, and when a link is not good any more', async () => {
    const link = service.consoleLink()
    const { accessKeyId } = await redeemed(link)
    await expect(redeemed(link)).rejects.toThrow('403')
    const lines = ['audit.log', 'audit-strangers.log'].flatMap((name) =>
      readFileSync(join(dataDirectory, name), 'utf8').trim().split('\n'),
    )
    const logins = lines
      .map((line) => JSON.parse(line))
      .filter(({ eventName }) => eventName === 'ConsoleLogin')
    const login = { eventSource: 'signin.amazonaws.com', sourceIPAddress: '127.0.0.1', decision: null }
    const owner = { type: 'Account', arn: `arn:aws:iam::${account}:root`, accountId: account, accessKeyId }
    expect(logins).toMatchObject([
      { ...login, errorCode: null, userIdentity: owner },
      { ...login, errorCode: 'AccessDenied', userIdentity: null },
    ])
    expect(lines.join()).not.toContain(link?.split('=')[1])
  })

  it('is opened by the link of a start, and reads and writes streams with what that buys', async () => {
    const api = apiOf(await redeemed(service.consoleLink()))
    await api.call(kinesis('CreateStream', { StreamName: 'clicks', ShardCount: 1 }))
    await expect
      .poll(async () => (await api.all<StreamName>(kinesis('ListStreams', {}), 'StreamSummaries'))[0])
      .toMatchObject({ StreamStatus: 'ACTIVE' })
    const put = { StreamName: 'clicks', PartitionKey: 'ä', Data: btoa('hello') }
    const { ShardId: shard } = await api.call<{ ShardId: string }>(kinesis('PutRecord', put))
    const reader = new ShardReader(api, 'clicks', { shard, from: 'TRIM_HORIZON', at: '' })
    expect(await reader.next(Date.now())).toMatchObject([{ PartitionKey: 'ä', Data: btoa('hello') }])
    expect(await streamFigures(api, 'clicks')).toEqual({})
    expect(await shardFigures(api, 'clicks', [shard])).toEqual(new Map([[shard, {}]]))
    expect(await api.page(statusPath)).toMatchObject({ clusters: [] })
  })

  it('makes queues by its forms, receives of them, and has dead letters delivered again', async () => {
    const api = apiOf(await redeemed(await newLink()))
    const StreamARN = await newStream(api, 'orders')
    await api.call(kinesis('PutRecord', { StreamName: 'orders', PartitionKey: 'a', Data: btoa('one') }))
    const values = { name: 'work', from: 'TRIM_HORIZON', at: '', seconds: '600', receives: '1' }
    await api.call(queueCall({ StreamARN }, values))
    const listed = () => api.all<QueueSummary>(kinesis('ListQueues', {}), 'QueueSummaries')
    await expect.poll(async () => (await listed())[0]).toMatchObject({ QueueStatus: 'ACTIVE' })
    const [{ QueueARN } = { QueueARN: '' }] = await listed()
    const described = async () =>
      (await api.call<{ QueueDescription: Queue }>(kinesis('DescribeQueue', { QueueARN }))).QueueDescription
    const queue = await described()
    expect(queue).toMatchObject({
      StreamConfigurationList: [{ StreamARN, StartingPosition: { Type: 'TRIM_HORIZON' } }],
      QueueAttributes: { VisibilityTimeoutSeconds: 600, DeadLetterConfiguration: { MaxReceiveCount: 1 } },
    })
    const receive = async (isDead: boolean) => {
      const call = receiveCall(queue, isDead, { limit: '10', seconds: '600' })
      return (await api.call<{ QueueRecords: QueueRecord[] }>(call)).QueueRecords
    }
    const settle = (deed: 'acknowledge' | 'giveBack' | 'restore', isDead: boolean, records: QueueRecord[]) =>
      api.call<EntriesAnswer>(settleCall({ deed, isDead, queue, records }))
    const done = (records: QueueRecord[]) => ({
      Successful: records.map(({ ReceiptHandle }) => ({ ReceiptHandle })),
      Failed: [],
    })
    const first = await receive(false)
    expect(first).toMatchObject([{ PartitionKey: 'a', Data: btoa('one'), ReceiveCount: 1 }])
    expect(await settle('giveBack', false, first)).toEqual(done(first))
    const dead = await receive(true)
    expect(await settle('giveBack', true, dead)).toEqual(done(dead))
    const again = await receive(true)
    expect(await settle('restore', true, again)).toEqual(done(again))
    const restored = await receive(false)
    expect(restored).toMatchObject([{ RecordId: first[0]?.RecordId, ReceiveCount: 1 }])
    expect((await settle('acknowledge', false, first)).Failed).toMatchObject([
      { ErrorCode: 'ResourceNotFoundException' },
    ])
    expect(await settle('acknowledge', false, restored)).toEqual(done(restored))
    await api.call(changeCall(queue, { seconds: '5', receives: '0' }))
    expect((await described()).QueueAttributes).toEqual({
      VisibilityTimeoutSeconds: 5,
      DeadLetterConfiguration: { TargetType: 'NONE' },
    })
    expect(await queueFigures(api, [queue])).toEqual(new Map([[QueueARN, {}]]))
  })

  it('makes channels by its form, and counts what they have delivered', async () => {
    const api = apiOf(await redeemed(await newLink()))
    const StreamARN = await newStream(api, 'visits')
    const values = { name: 'lake', bucket: 'sea', format: 'JSON', compression: 'GZIP', freshness: '900' }
    await api.call(channelCall({ StreamARN }, values))
    const listed = () => api.all<ChannelSummary>(kinesis('ListChannels', {}), 'ChannelSummaries')
    await expect.poll(async () => (await listed())[0]).toMatchObject({ ChannelStatus: 'ACTIVE' })
    const [channel] = (await listed()) as [ChannelSummary]
    const call = kinesis('DescribeChannel', { ChannelARN: channel.ChannelARN })
    expect(await api.call<{ ChannelDescription: Channel }>(call)).toMatchObject({
      ChannelDescription: {
        S3DestinationConfiguration: {
          DataFreshnessInSeconds: 900,
          StorageConfiguration: { BucketARN: 'arn:aws:s3:::sea', CompressionType: 'GZIP' },
        },
        StreamConfigurationList: [{ RecordConfiguration: { RecordFormatType: 'JSON' } }],
      },
    })
    expect(await channelFigures(api, [channel])).toEqual(
      new Map([[channel.ChannelARN, { deliveries: 0, records: 0, failed: 0, bytes: 0 }]]),
    )
    // What an empty list shows as a command is as good as the form.
    await newStream(api, 'others')
    const others = { StreamARN: StreamARN.replace('visits', 'others') }
    expect(await api.call(channelCall(others, { name: 'short' }))).toMatchObject({
      ChannelDescription: { ChannelStatus: 'CREATING' },
    })
    expect(await api.call(queueCall(others, { name: 'short' }))).toMatchObject({
      QueueDescription: { QueueStatus: 'CREATING' },
    })
    expect(commandOf(channelCall(others, { name: 'short' }))).toContain(
      'aws kinesis create-channel --channel-name short --service-execution-role-arn arn:aws:iam::000000000000:role/deliver',
    )
  })

  it('pages through lists, with those of its calls that take a token and nothing else', async () => {
    const api = apiOf(await redeemed(await newLink()))
    for (const name of ['a', 'b', 'c'])
      await api.call(kinesis('CreateStream', { StreamName: name, ShardCount: 3 }))
    const names = await api.all<string>(kinesis('ListStreams', { Limit: 2 }), 'StreamNames')
    expect(names).toEqual(['a', 'b', 'c', 'clicks', 'orders', 'others', 'visits'])
    const shards = () => api.all(kinesis('ListShards', { StreamName: 'a', MaxResults: 2 }), 'Shards')
    await expect.poll(async () => (await shards()).length).toBe(3)
  })

  it('gives links to the account alone', async () => {
    const { port } = service.report().local
    const { status } = await fetch(`http://127.0.0.1:${port}${consoleLinksPath}`, { method: 'POST' })
    expect(status).toBe(403)
    const asked = callApi({ ...endpoint(), credentials: alice }, systemClock(), {
      method: 'POST',
      path: consoleLinksPath,
    })
    await expect(asked).rejects.toMatchObject({ status: 403, code: 'AccessDeniedException' })
  })

  it('is no way around policies: a user may there what they may', async () => {
    const api = apiOf(alice)
    expect(await api.call(kinesis('ListStreams', {}))).toMatchObject({ StreamNames: expect.any(Array) })
    expect(await failureOf(api.call(kinesis('CreateStream', { StreamName: 'd', ShardCount: 1 })))).toBe(
      'AccessDeniedException',
    )
    expect(await failureOf(api.page(statusPath))).toBe('AccessDeniedException')
    expect(await api.page('/api/v2/clusters?maxResults=100')).toEqual({ clusterInfoList: [] })
  })

  it('knows what is about the key, and what is about the call', async () => {
    const wrong = await apiOf({ ...alice, secretAccessKey: 'x' })
      .call(kinesis('ListStreams', {}))
      .catch((error: unknown) => error)
    expect(wrong).toMatchObject({ code: 'InvalidSignatureException', isOfCredentials: true })
    const unknown = await apiOf({ accessKeyId: 'A', secretAccessKey: 'x' })
      .call(kinesis('ListStreams', {}))
      .catch((error: unknown) => error)
    expect(unknown).toMatchObject({ code: 'UnrecognizedClientException', isOfCredentials: true })
    const absent = await apiOf(alice)
      .call(kinesis('ListShards', { StreamName: 'nowhere' }))
      .catch((error: unknown) => error)
    expect(absent).toMatchObject({ code: 'ResourceNotFoundException', isOfCredentials: false })
    const away = new Api({ credentials: alice, region: 'eu-west-1', origin: 'http://127.0.0.1:1' })
    expect(await failureOf(away.page(statusPath))).toBe('UNREACHABLE')
  })
})

it('asks for a key where the port is open to others: the screen of a start may be anybody’s', async () => {
  const open = await start(newDirectory(), { reach: { ...loopbackReach, host: '0.0.0.0' } })
  expect(open.consoleLink()).toBe(open.report().console)
  expect(open.consoleLink()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_sluice\/console\/$/)
})

describe('where nobody signs', () => {
  it('needs no key either, and is asked by pages of this machine alone', async () => {
    const unsigned = await start(newDirectory(), { acceptAnySignature: true })
    expect(unsigned.consoleLink()).toBe(unsigned.report().console)
    expect(await apiOf(null, unsigned).call(kinesis('ListStreams', {}))).toMatchObject({ StreamNames: [] })
    const facts = await fetch(`${unsigned.report().console}facts`)
    expect(await facts.json()).toMatchObject({ needsSignature: false, region: 'eu-west-1' })
    const headers = { origin: 'https://evil.example', 'x-amz-target': 'Kinesis_20131202.ListStreams' }
    const foreign = await fetch(originOf(unsigned), { method: 'POST', headers, body: '{}' })
    expect(foreign.status).toBe(403)
  })
})

function endpoint() {
  const key = loadAccessKey(effects.disk, dataDirectory)
  if (!key) throw new Error('a start has made no key')
  return { ...service.report().local, credentials: key, scope: { region: 'eu-west-1', service: 'kafka' } }
}

async function newLink(): Promise<string> {
  const answer = await callApi(endpoint(), systemClock(), { method: 'POST', path: consoleLinksPath })
  return (answer as ConsoleLink).link
}
