import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Connection } from '@sluice/client'
import { lineLogger, systemClock, systemNetwork } from '@sluice/effects'
import { ErrorCode, Metadata, SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

// Tokens of an issuer that publishes its keys on the web, at a listener with Apache Kafka's own validator for them.

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const anotherKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
const lines: string[] = []
let issuer: Server
let engine: SecureEngine

const bearerPackage = 'org.apache.kafka.common.security.oauthbearer'
const bearerProperties = {
  'listener.name.any.sasl.enabled.mechanisms': 'OAUTHBEARER',
  'listener.name.any.oauthbearer.sasl.jaas.config': `${bearerPackage}.OAuthBearerLoginModule required;`,
  'listener.name.any.oauthbearer.sasl.server.callback.handler.class': `${bearerPackage}.OAuthBearerValidatorCallbackHandler`,
  'listener.name.any.oauthbearer.sasl.oauthbearer.expected.audience': 'kafka',
  'listener.name.any.sasl.oauthbearer.expected.issuer': 'https://issuer.example',
  'sasl.oauthbearer.sub.claim.name': 'client_id',
}

beforeAll(async () => {
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] })
  issuer = createServer((_, response) => response.end(keys))
  await new Promise<void>((bound) => issuer.listen(0, '127.0.0.1', bound))
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`
  const properties = { ...bearerProperties, 'sasl.oauthbearer.jwks.endpoint.url': url }
  const logger = lineLogger(
    (line) => lines.push(line),
    'debug',
    () => 0,
  )
  engine = await SecureEngine.start(properties, logger, 'its own')
})
afterAll(async () => {
  await engine.stop()
  issuer.close()
})

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token({ header = {}, claims = {}, key = privateKey } = {}): string {
  const seconds = Math.floor(Date.now() / 1_000)
  const usual = {
    client_id: 'orders',
    iss: 'https://issuer.example',
    aud: 'kafka',
    iat: seconds,
    exp: seconds + 600,
  }
  const signed = `${part({ alg: 'RS256', kid: 'one', ...header })}.${part({ ...usual, ...claims })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

it('a client with a token writes', async () => {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${engine.port('ANY')}`],
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: token() }) },
    logLevel: logLevel.NOTHING,
  })
  const producer = kafka.producer()
  await producer.connect()
  expect(await producer.send({ topic: 'orders', messages: [{ value: 'hi' }] })).toMatchObject([
    { errorCode: 0 },
  ])
  await producer.disconnect()
})

async function begin(): Promise<Connection> {
  const connection = await Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port: engine.port('ANY'),
    clock: systemClock(),
    requestTimeoutMs: 20_000,
  })
  await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
  return connection
}

const show = (connection: Connection, shown: string) =>
  connection.send(SaslAuthenticate, 2, {
    authBytes: Buffer.from(`n,,\u0001auth=Bearer ${shown}\u0001\u0001`),
  })

it('a session ends with its token, and goes on with another one of the same subject', async () => {
  const connection = await begin()
  const answer = await show(connection, token())
  expect(answer).toMatchObject({ errorCode: 0, authBytes: Buffer.alloc(0) })
  expect(Number(answer.sessionLifetimeMs)).toBeGreaterThan(500_000)
  await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
  expect(await show(connection, token())).toMatchObject({ errorCode: 0 })
  expect((await connection.request(Metadata, { topics: [] })).brokers).toHaveLength(1)
  await connection.close()
})

describe('a token is refused, and told of in one line', () => {
  const unsigned = token({ header: { alg: 'none' } })
  it.each([
    ['that says nobody has signed it', unsigned],
    ['that nobody has signed', unsigned.replace(/[^.]+$/, '')],
    ['that somebody else has signed', token({ key: anotherKey })],
    ['for somebody else', token({ claims: { aud: 'another' } })],
    ['of another issuer', token({ claims: { iss: 'https://another.example' } })],
  ])('%s', async (_, shown) => {
    const from = lines.length
    const connection = await begin()
    const answer = await show(connection, shown)
    expect(answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0 })
    expect(answer.authBytes.toString()).toBe('{"status":"invalid_token"}')
    const refusal = await connection.send(SaslAuthenticate, 2, { authBytes: Buffer.from('\u0001') })
    expect(refusal).toMatchObject({
      errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
      errorMessage: '{"status":"invalid_token"}',
    })
    await connection.closed
    const told = lines.slice(from)
    expect(told.filter((line) => line.includes('a login is refused')).length).toBeLessThanOrEqual(1)
    expect(told.join('\n')).not.toContain(shown.split('.')[1])
    engine.aMinutePasses()
  })
})

it.each([
  ['without a login that names its module', { 'listener.name.any.oauthbearer.sasl.jaas.config': 'x' }],
  ['without keys', { 'sasl.oauthbearer.jwks.endpoint.url': 'file:///nowhere/keys.json' }],
  ['for any audience', { 'listener.name.any.oauthbearer.sasl.oauthbearer.expected.audience': '' }],
])('a broker does not start that would judge tokens %s', async (_, properties) => {
  await expect(
    SecureEngine.start({ ...bearerProperties, ...properties }, undefined, 'its own'),
  ).rejects.toThrow('listener ANY')
})
