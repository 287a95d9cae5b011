import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMechanism } from '@jm18457/kafkajs-msk-iam-authentication-mechanism'
import { Connection } from '@sluice/client'
import { ErrorCode, SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js'
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessKey, loadAccessKey } from './credentials.ts'
import type { Service } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'

// The cluster that a start makes has a door for IAM: MSK's own signers are the clients here.

type Login = KafkaConfig['sasl']

const region = 'eu-central-1'
const lines: string[] = []
const shown: string[] = []
const effects = loggedEffects(lines)
let dataDirectory: string
let service: Service
let key: AccessKey

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-iam-'))
  service = await startOwnService(dataDirectory, effects, { region })
  const made = loadAccessKey(effects.disk, dataDirectory)
  if (!made) throw new Error('a start has made no key')
  key = made
}, 60_000)
afterAll(async () => {
  await service.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

const brokers = () => service.report().clusters[0]?.listeners.CLIENT_IAM?.split(',') ?? []
const authority = () => readFileSync(service.report().trust?.caFile ?? '', 'utf8')

function kafkaOf(sasl: Login): Kafka {
  return new Kafka({
    brokers: brokers(),
    ssl: { ca: [authority()] },
    ...(sasl && { sasl }),
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
}

/** Resolves when a client of that login has had an answer to what only those get who are in. */
async function logIn(sasl: Login): Promise<void> {
  const admin = kafkaOf(sasl).admin()
  try {
    await admin.connect()
    await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

async function tokenOf(credentials: AccessKey, signedFor = region): Promise<string> {
  const awsCredentialsProvider = async () => credentials
  const { token } = await generateAuthTokenFromCredentialsProvider({
    region: signedFor,
    awsCredentialsProvider,
  })
  shown.push(token)
  return token
}

const signers = {
  'aws-msk-iam-sasl-signer-js': (credentials: AccessKey, signedFor?: string): Login => ({
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await tokenOf(credentials, signedFor) }),
  }),
  '@jm18457/kafkajs-msk-iam-authentication-mechanism': (credentials: AccessKey, signedFor = region): Login =>
    createMechanism({ region: signedFor, credentials }),
}

describe.each(Object.entries(signers))('a client with %s', (_, sasl) => {
  it('writes and reads with the access key of the data directory', async () => {
    const kafka = kafkaOf(sasl(key))
    const topic = `greetings-${lines.length}`
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ value: 'hi' }] })
    await producer.disconnect()
    const consumer = kafka.consumer({ groupId: 'readers' })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const value = await new Promise((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) }).catch(reject)
    })
    expect(value).toBe('hi')
    await consumer.disconnect()
  }, 60_000)

  it.each([
    ['another secret', () => sasl({ ...key, secretAccessKey: 'guessed' })],
    ['another key', () => sasl({ ...key, accessKeyId: 'AKIAANOTHER' })],
    ['another region', () => sasl(key, 'us-east-1')],
  ])(
    'is refused with %s',
    async (__, wrong) => {
      await expect(logIn(wrong())).rejects.toThrow(/Access denied|Closed connection/)
    },
    60_000,
  )
})

describe('the listener for IAM', () => {
  async function open(): Promise<Connection> {
    const [host = '', port] = (brokers()[0] ?? '').split(':')
    const { network, clock } = effects
    const tls = { authorities: authority() }
    return Connection.open({ network, clock, host, port: Number(port), tls, requestTimeoutMs: 10_000 })
  }

  const bearer = (token: string) => ({ authBytes: Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`) })

  it('has both mechanisms', async () => {
    const connection = await open()
    const answer = await connection.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
    expect(answer).toEqual({ errorCode: 33, mechanisms: ['AWS_MSK_IAM', 'OAUTHBEARER'] })
  })

  it('gives a session that lasts as long as the token', async () => {
    const connection = await open()
    await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
    const answer = await connection.send(SaslAuthenticate, 2, bearer(await tokenOf(key)))
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, authBytes: Buffer.alloc(0) })
    expect(Number(answer.sessionLifetimeMs)).toBeGreaterThan(800_000)
    expect(Number(answer.sessionLifetimeMs)).toBeLessThanOrEqual(900_000)
    await connection.close()
  })

  it('takes the same token again, from another connection', async () => {
    const token = await tokenOf(key)
    for (let n = 0; n < 2; n++) {
      const connection = await open()
      await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
      expect(await connection.send(SaslAuthenticate, 2, bearer(token))).toMatchObject({ errorCode: 0 })
      await connection.close()
    }
  })

  it('tells of a bad token in the words of OAUTHBEARER, then of the refusal, and closes', async () => {
    const connection = await open()
    await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
    const wrong = await tokenOf({ ...key, secretAccessKey: 'guessed' })
    const answer = await connection.send(SaslAuthenticate, 2, bearer(wrong))
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, sessionLifetimeMs: 0 })
    expect(JSON.parse(answer.authBytes.toString())).toEqual({ status: 'invalid_token' })
    const refusal = await connection.send(SaslAuthenticate, 2, { authBytes: Buffer.from('\u0001') })
    expect(refusal).toMatchObject({
      errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
      errorMessage: expect.stringMatching(/^\[[0-9a-f-]{36}\]: Access denied$/),
    })
    await connection.closed
  })

  it('lets nobody in who has had one bad token and shows a good one', async () => {
    const connection = await open()
    await connection.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
    await connection.send(SaslAuthenticate, 2, bearer(await tokenOf({ ...key, secretAccessKey: 'guessed' })))
    const second = await connection.send(SaslAuthenticate, 2, bearer(await tokenOf(key)))
    expect(second.errorCode).toBe(ErrorCode.SASL_AUTHENTICATION_FAILED)
    await connection.closed
  })

  it('has told the log of each refusal why, and nobody a secret', () => {
    const refusals = lines.filter((line) => line.includes('a login is refused'))
    expect(refusals.some((line) => line.includes('nobody has the access key'))).toBe(true)
    expect(refusals.some((line) => line.includes('the signature is not that of the access key'))).toBe(true)
    expect(shown.length).toBeGreaterThan(5)
    const signatures = shown.map(
      (token) => /X-Amz-Signature=(\w+)/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? '?',
    )
    const told = [...lines, JSON.stringify(service.report())].join('\n')
    const leaked = [key.secretAccessKey, ...shown, ...signatures].filter((secret) => told.includes(secret))
    expect(leaked).toEqual([])
  })
})
