import { randomBytes } from 'node:crypto'
import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import {
  AlterUserScramCredentials,
  DescribeUserScramCredentials,
  ErrorCode,
  Metadata,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { saltedUser, scramFinal } from './logins.ts'
import { SecureEngine } from './secure-engine.ts'

const host = '127.0.0.1'
const network = systemNetwork()
let engine: SecureEngine
let inner: Connection

beforeAll(async () => {
  engine = await SecureEngine.start({ 'connections.max.reauth.ms': '3600000' })
  inner = await open('INNER')
})
afterAll(() => engine.stop())

const isEncrypted = (listener: string) => listener === 'SCRAM'

function open(listener: string): Promise<Connection> {
  const tls = isEncrypted(listener) ? { tls: { authorities: engine.ca } } : {}
  const port = engine.port(listener)
  return Connection.open({ network, host, port, ...tls, clock: systemClock(), requestTimeoutMs: 10_000 })
}

const alter = (change: {
  deletions?: { name: string; mechanism: number }[]
  upsertions?: ReturnType<typeof saltedUser>[]
}) => inner.request(AlterUserScramCredentials, { deletions: [], upsertions: [], ...change })

/** Resolves when a client of that login has had an answer to what only those get who are in. */
async function logIn(listener: string, sasl: SASLOptions): Promise<void> {
  const kafka = new Kafka({
    brokers: [`${host}:${engine.port(listener)}`],
    ...(isEncrypted(listener) && { ssl: { ca: [engine.ca] } }),
    sasl,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

describe('SCRAM', () => {
  beforeEach(async () => {
    await alter({
      upsertions: [
        saltedUser('alice', 'SCRAM-SHA-512', 'secret'),
        saltedUser('a=b,c', 'SCRAM-SHA-512', 'pässword'),
      ],
    })
    await alter({ upsertions: [saltedUser('alice', 'SCRAM-SHA-256', 'other')] })
  })

  it.each([
    ['scram-sha-512', 'alice', 'secret'],
    ['scram-sha-256', 'alice', 'other'],
    ['scram-sha-512', 'a=b,c', 'pässword'],
  ] as const)('lets in who has the password: %s %s', async (mechanism, username, password) => {
    await logIn('SCRAM', { mechanism, username, password })
  })

  it.each([
    ['a wrong password', { username: 'alice', password: 'Secret' }],
    ['the password of another mechanism', { username: 'alice', password: 'other' }],
    ['an unknown user', { username: 'mallory', password: 'secret' }],
  ])('refuses %s, without saying what is wrong', async (_, login) => {
    await expect(logIn('SCRAM', { mechanism: 'scram-sha-512', ...login })).rejects.toThrow(
      'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512',
    )
  })

  it('lets nobody in any more whose credential is gone', async () => {
    const { results } = await alter({ deletions: [{ name: 'alice', mechanism: 2 }] })
    expect(results).toMatchObject([{ user: 'alice', errorCode: ErrorCode.NONE }])
    const login = { mechanism: 'scram-sha-512', username: 'alice', password: 'secret' } as const
    await expect(logIn('SCRAM', login)).rejects.toThrow('invalid credentials')
  })

  it('keeps of users what tells nobody their password, and describes no key', async () => {
    const { results } = await inner.request(DescribeUserScramCredentials, { users: [{ name: 'alice' }] })
    expect(results).toEqual([
      {
        user: 'alice',
        errorCode: 0,
        errorMessage: null,
        credentialInfos: [
          { mechanism: 1, iterations: 4_096 },
          { mechanism: 2, iterations: 4_096 },
        ],
      },
    ])
  })

  it('refuses proofs that were made for another exchange', async () => {
    const first = await exchange('SCRAM-SHA-512', 'alice', 'secret')
    expect(first.answer.errorCode).toBe(ErrorCode.NONE)
    const second = await open('SCRAM')
    await second.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    await second.send(SaslAuthenticate, 2, { authBytes: first.firstMessage })
    const replayed = await second.send(SaslAuthenticate, 2, { authBytes: first.finalMessage })
    expect(replayed.errorCode).toBe(ErrorCode.SASL_AUTHENTICATION_FAILED)
    await second.closed
    await first.connection.close()
  })

  it.each([
    ['an empty message', ''],
    ['no name', 'n,,n=,r=abc'],
    ['another authorization id', 'n,a=bob,n=alice,r=abc'],
    ['channel binding', 'p=tls-unique,,n=alice,r=abc'],
    ['a nonce of no characters', 'n,,n=alice,r='],
    ['bytes that are no text', '\u0000\uffff'],
  ])('refuses %s and closes the connection', async (_, message) => {
    const connection = await open('SCRAM')
    await connection.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    const answer = await connection.send(SaslAuthenticate, 2, { authBytes: Buffer.from(message) })
    expect(answer).toMatchObject({ errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, sessionLifetimeMs: 0 })
    await connection.closed
  })
})

describe('PLAIN', () => {
  it.each([
    ['alice', 'se"cret'],
    ['bob', 'b'],
  ])('lets %s in by the password of the JAAS login', async (username, password) => {
    await logIn('PLAIN', { mechanism: 'plain', username, password })
  })

  it('refuses any other', async () => {
    for (const [username, password] of [
      ['alice', 'b'],
      ['carol', 'b'],
    ] as const)
      await expect(logIn('PLAIN', { mechanism: 'plain', username, password })).rejects.toThrow(
        'Invalid username or password',
      )
  })
})

describe('a listener where everybody logs in', () => {
  it('answers nobody but for the login before', async () => {
    const connection = await open('SCRAM')
    expect((await connection.negotiate()).errorCode).toBe(0)
    await expect(connection.send(Metadata, 12, { topics: [] })).rejects.toThrow()
    await connection.closed
  })

  it('names its mechanisms to who asks for another one', async () => {
    const connection = await open('SCRAM')
    const answer = await connection.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
    expect(answer).toEqual({ errorCode: 33, mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256'] })
    await connection.closed
  })

  it('takes no other request in between', async () => {
    const connection = await open('SCRAM')
    await connection.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    await expect(connection.send(Metadata, 12, { topics: [] })).rejects.toThrow()
  })

  it('says how long a session lasts', async () => {
    const { answer, connection } = await exchange('SCRAM-SHA-512', 'alice', 'secret')
    expect(answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 3_600_000 })
    expect((await connection.request(Metadata, { topics: [] })).brokers).toHaveLength(1)
    await connection.close()
  })

  it('keeps no large request of a stranger', async () => {
    const connection = await open('SCRAM')
    await connection.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    await expect(connection.send(SaslAuthenticate, 2, { authBytes: Buffer.alloc(600_000) })).rejects.toThrow()
  })
})

it('a listener without SASL takes no login', async () => {
  expect(await inner.send(SaslHandshake, 1, { mechanism: 'PLAIN' })).toEqual({
    errorCode: 34,
    mechanisms: [],
  })
  expect(await inner.send(SaslAuthenticate, 2, { authBytes: Buffer.alloc(1) })).toMatchObject({
    errorCode: 34,
  })
})

/** A login of SCRAM, message by message (RFC 5802). */
async function exchange(mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512', user: string, password: string) {
  await alter({ upsertions: [saltedUser(user, mechanism, password)] })
  const connection = await open('SCRAM')
  await connection.send(SaslHandshake, 1, { mechanism })
  const bare = `n=${user},r=${randomBytes(16).toString('hex')}`
  const firstMessage = Buffer.from(`n,,${bare}`)
  const challenge = await connection.send(SaslAuthenticate, 2, { authBytes: firstMessage })
  const finalMessage = Buffer.from(scramFinal(mechanism, password, bare, challenge.authBytes.toString()))
  const answer = await connection.send(SaslAuthenticate, 2, { authBytes: finalMessage })
  return { connection, firstMessage, finalMessage, answer }
}

it.each([
  ['that nobody knows', 'GSSAPI'],
  ['that the engine has not', 'SCRAM-SHA-512,SCRAM-SHA-1'],
  ['that every object has a member of', 'toString'],
])('a broker whose listener wants a mechanism %s does not start', async (_, mechanisms) => {
  const wanted = { 'listener.name.scram.sasl.enabled.mechanisms': mechanisms }
  await expect(SecureEngine.start(wanted)).rejects.toThrow('listener SCRAM wants the mechanism')
})
