import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { callApi } from './aws/api-client.ts'
import { consolePath } from './console/console.ts'
import { Api } from './console/page/api.ts'
import { Failure } from './console/page/failure.ts'
import type { StreamName } from './console/page/kinesis.ts'
import { shardFigures, streamFigures } from './console/page/metrics.ts'
import { ShardReader } from './console/page/shard-reader.ts'
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
const kinesis = (operation: string, input: Record<string, unknown>) =>
  ({ service: 'kinesis', operation, input }) as const

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

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: Failure) => error.code,
  )

describe('the console of a service', () => {
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

  it('pages through lists, with those of its calls that take a token and nothing else', async () => {
    const api = apiOf(await redeemed(await newLink()))
    for (const name of ['a', 'b', 'c'])
      await api.call(kinesis('CreateStream', { StreamName: name, ShardCount: 3 }))
    const names = await api.all<string>(kinesis('ListStreams', { Limit: 2 }), 'StreamNames')
    expect(names).toEqual(['a', 'b', 'c', 'clicks'])
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
