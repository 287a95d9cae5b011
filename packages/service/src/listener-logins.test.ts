import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DescribeClusterV2Command, KafkaClient } from '@aws-sdk/client-kafka'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadAccessKey } from './credentials.ts'
import type { Service } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'

// How clients log in at the listener for SCRAM where its cluster's properties name further mechanisms.

const scram = 'listener.name.client_sasl_scram.'
const bearer = 'org.apache.kafka.common.security.oauthbearer'
const password = 'never-to-be-seen-elsewhere'
const properties = {
  [`${scram}sasl.enabled.mechanisms`]: 'SCRAM-SHA-512,PLAIN,OAUTHBEARER',
  [`${scram}plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="${password}";`,
  [`${scram}oauthbearer.sasl.jaas.config`]: `${bearer}.OAuthBearerLoginModule required;`,
  [`${scram}oauthbearer.sasl.server.callback.handler.class`]: `${bearer}.OAuthBearerValidatorCallbackHandler`,
  'sasl.oauthbearer.expected.audience': 'kafka',
  'sasl.oauthbearer.expected.issuer': 'https://issuer.example',
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const lines: string[] = []
const effects = loggedEffects(lines)
let dataDirectory: string
let keysFile: string
let service: Service

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-logins-'))
  keysFile = join(dataDirectory, 'keys.json')
  writeFileSync(keysFile, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] }))
  service = await begin()
})

afterAll(async () => {
  await service.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

function begin(more: Record<string, string> = {}): Promise<Service> {
  const keys = { 'sasl.oauthbearer.jwks.endpoint.url': String(pathToFileURL(keysFile)) }
  return startOwnService(dataDirectory, effects, { properties: { ...properties, ...keys, ...more } })
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(claims: object = {}): string {
  const iat = Math.floor(effects.clock.now() / 1_000)
  const usual = { sub: 'orders', iss: 'https://issuer.example', aud: 'kafka', iat, exp: iat + 600 }
  const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part({ ...usual, ...claims })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
}

const bearing = (value: string): SASLOptions => ({
  mechanism: 'oauthbearer',
  oauthBearerProvider: async () => ({ value }),
})

/** Resolves to the error code of what such a client writes. */
async function write(sasl: SASLOptions): Promise<number | undefined> {
  const { clusters, trust } = service.report()
  const kafka = new Kafka({
    brokers: (clusters[0]?.listeners.CLIENT_SASL_SCRAM ?? '').split(','),
    ssl: { ca: [readFileSync(trust?.caFile ?? '', 'utf8')] },
    sasl,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
  const producer = kafka.producer({ retry: { retries: 5 } })
  try {
    await producer.connect()
    const [sent] = await producer.send({ topic: 'orders', messages: [{ value: 'hi' }] })
    return sent?.errorCode
  } finally {
    await producer.disconnect()
  }
}

it('PLAIN lets in who has the password, and nobody else', async () => {
  expect(await write({ mechanism: 'plain', username: 'alice', password })).toBe(0)
  await expect(write({ mechanism: 'plain', username: 'alice', password: 'x' })).rejects.toThrow(
    'Invalid username or password',
  )
})

it('OAUTHBEARER lets in who bears a token of the issuer, and nobody else', async () => {
  expect(await write(bearing(token()))).toBe(0)
  await expect(write(bearing(token({ aud: 'another' })))).rejects.toThrow()
})

it('nobody is shown a password that is among the properties', async () => {
  const { endpoint, region, clusters } = service.report()
  const credentials = loadAccessKey(effects.disk, dataDirectory)
  const kafka = new KafkaClient({ endpoint, region, ...(credentials && { credentials }) })
  const command = new DescribeClusterV2Command({ ClusterArn: clusters[0]?.arn })
  const { ClusterInfo } = await kafka.send(command)
  kafka.destroy()
  expect(ClusterInfo?.Tags?.[`sluice:set:${scram}plain.sasl.jaas.config`]).toBe('[hidden]')
  const files = readdirSync(dataDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(password))
  expect(files.map((path) => path.split('/').at(-1))).toEqual(['cluster.json'])
  expect(statSync(files[0] ?? '').mode & 0o777).toBe(0o600)
  expect(lines.join('\n')).not.toContain(password)
  expect(JSON.stringify([service.report(), ClusterInfo])).not.toContain(password)
})

it('a start that says something else of a password does not say what it was', async () => {
  await service.stop()
  const other = {
    [`${scram}plain.sasl.jaas.config`]: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  }
  const failure = await begin(other).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'CLUSTER_EXISTS', why: expect.stringContaining('[hidden]') })
  service = await begin()
})

it('a cluster whose brokers could judge no token is refused at once', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'sluice-logins-'))
  const refusal = (more: Record<string, string>) =>
    startOwnService(empty, effects, { properties: { ...properties, ...more } }).catch(String)
  const url = 'sasl.oauthbearer.jwks.endpoint.url'
  expect(await refusal({})).toContain(`needs ${url}`)
  expect(await refusal({ [url]: pathToFileURL(`${empty}/none`).href })).toContain('has no keys')
  expect(await refusal({ [url]: 'file:///dev/zero' })).toContain('has no keys')
  rmSync(empty, { recursive: true, force: true })
})
