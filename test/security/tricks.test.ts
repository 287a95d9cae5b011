import * as tls from 'node:tls'
import { Connection } from '@sluice/client'
import { lineLogger, systemClock, systemNetwork } from '@sluice/effects'
import { AlterUserScramCredentials, ErrorCode, Metadata, SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accessKey, logins, saltedUser, scramFinal, type Secrets } from './logins.ts'
import { SecureEngine } from './secure-engine.ts'

// Each of these tries to get in, or further in, by a trick: it is refused by Kafka's code, and told in one line.

type ScramName = 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

const users = ['alice', 'bob', 'a b', 'a=b,c']
/** Apache Kafka makes such a user, and reads no message of it. */
const unreadable = 'jürgen 💥'
const secretsOf = (user: string): Secrets => ({ user, password: `of ${user}`, ...accessKey })
const lines: string[] = []
let engine: SecureEngine

beforeAll(async () => {
  const logger = lineLogger(
    (line) => lines.push(line),
    'info',
    () => 0,
  )
  engine = await SecureEngine.start({ 'connections.max.reauth.ms': '3600000' }, logger)
  const inner = await open('INNER')
  for (const mechanism of ['SCRAM-SHA-512', 'SCRAM-SHA-256'] as const) {
    const upsertions = [...users, unreadable].map((user) => saltedUser(user, mechanism, `of ${user}`))
    await inner.request(AlterUserScramCredentials, { deletions: [], upsertions })
  }
  await inner.close()
})
afterAll(() => engine.stop())
beforeEach(() => engine.aMinutePasses())

function open(listener = 'ANY'): Promise<Connection> {
  return Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port: engine.port(listener),
    clock: systemClock(),
    requestTimeoutMs: 20_000,
  })
}

async function begin(mechanism: string): Promise<Connection> {
  const connection = await open()
  expect((await connection.send(SaslHandshake, 1, { mechanism })).errorCode).toBe(0)
  return connection
}

const say = (connection: Connection, message: string | Buffer) =>
  connection.send(SaslAuthenticate, 2, { authBytes: Buffer.from(message) })

/** A login as it should be; the last answer. */
async function logIn(connection: Connection, mechanism: string, secrets: Secrets) {
  const login = logins[mechanism]?.(secrets, `nonce${lines.length}`)
  let answer = null
  for (let token = login?.next(Buffer.alloc(0)); token && !token.done; ) {
    answer = await say(connection, token.value)
    token = login?.next(answer.authBytes)
  }
  return answer
}

/** What the log has of it, once this minute is over. */
function told(from: number): string[] {
  return lines.slice(from)
}

async function isRefused(connection: Connection, message: string | Buffer): Promise<void> {
  const from = lines.length
  const answer = await say(connection, message)
  expect(answer).toMatchObject({ errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, sessionLifetimeMs: 0 })
  expect(answer.errorMessage).not.toBeNull()
  await connection.closed
  expect(told(from)).toEqual([expect.stringContaining('WARN a login is refused broker=1 client=127.0.0.1')])
}

const firstOf = (user: string, nonce: string) => `n=${user},r=${nonce}`

/** The challenge to a first message, and who has sent it. */
async function challenged(mechanism: ScramName, bare: string) {
  const connection = await begin(mechanism)
  return { connection, challenge: (await say(connection, `n,,${bare}`)).authBytes.toString() }
}

describe('SCRAM lets in', () => {
  it.each(users)('%s', async (user) => {
    const connection = await begin('SCRAM-SHA-512')
    expect(await logIn(connection, 'SCRAM-SHA-512', secretsOf(user))).toMatchObject({ errorCode: 0 })
    expect((await connection.request(Metadata, { topics: [] })).brokers).toHaveLength(1)
    await connection.close()
  })
})

describe('SCRAM refuses', () => {
  it('a name that is not of ASCII', async () => {
    await isRefused(await begin('SCRAM-SHA-512'), `n,,${firstOf(unreadable, 'mine')}`)
  })

  it('what was good for another exchange with the same nonce of the client', async () => {
    const bare = firstOf('alice', 'same')
    const first = await challenged('SCRAM-SHA-512', bare)
    const final = scramFinal('SCRAM-SHA-512', 'of alice', bare, first.challenge)
    expect((await say(first.connection, final)).errorCode).toBe(0)
    await first.connection.close()
    const second = await challenged('SCRAM-SHA-512', bare)
    expect(second.challenge).not.toBe(first.challenge)
    await isRefused(second.connection, final)
  })

  it.each([
    ['of the client alone', (nonce: string) => nonce.slice(0, 4)],
    ['of another server', (nonce: string) => `${nonce.slice(0, -2)}xx`],
    ['that is longer', (nonce: string) => `${nonce}x`],
  ])('a proof for a nonce %s', async (_, changed) => {
    const bare = firstOf('alice', 'mine')
    const { connection, challenge } = await challenged('SCRAM-SHA-512', bare)
    const other = challenge.replace(/^r=([^,]+)/, (__, nonce: string) => `r=${changed(nonce)}`)
    await isRefused(connection, scramFinal('SCRAM-SHA-512', 'of alice', bare, other))
  })

  it.each([
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'],
    ['SCRAM-SHA-512', 'SCRAM-SHA-256'],
  ] as const)('a proof by %s in an exchange of %s', async (other, mechanism) => {
    const bare = firstOf('alice', 'mine')
    const { connection, challenge } = await challenged(mechanism, bare)
    await isRefused(connection, scramFinal(other, 'of alice', bare, challenge))
  })

  it('a proof of one user for another one', async () => {
    const bare = firstOf('alice', 'mine')
    const { connection, challenge } = await challenged('SCRAM-SHA-512', bare)
    const proof = scramFinal('SCRAM-SHA-512', 'of bob', firstOf('bob', 'mine'), challenge)
    await isRefused(connection, proof)
  })

  it.each([
    ['the last message first', 'c=biws,r=mine,p=AAAA'],
    ['half of a first message', 'n,,n=ali'],
    ['no name', 'n,,n=,r=mine'],
    ['a name that ends in half of an escape', 'n,,n=alice=2,r=mine'],
    ['a name with a zero byte', 'n,,n=ali\u0000ce,r=mine'],
    ['another spelling of a name', `n,,n=${'jürgen 💥'.normalize('NFD')},r=mine`],
    ['two names', 'n,,n=alice,n=bob,r=mine'],
  ])('%s', async (_, message) => {
    await isRefused(await begin('SCRAM-SHA-512'), message)
  })

  it('half of a last message, and the other half', async () => {
    const bare = firstOf('alice', 'mine')
    const { connection, challenge } = await challenged('SCRAM-SHA-512', bare)
    const final = scramFinal('SCRAM-SHA-512', 'of alice', bare, challenge)
    await isRefused(connection, final.slice(0, final.length / 2))
  })
})

describe('PLAIN refuses', () => {
  it.each([
    ['no name', '\0\0secret'],
    ['no password', '\0alice\0'],
    ['another authorization id', 'bob\0alice\0secret'],
    ['more than it should have', '\0alice\0secret\0more'],
    ['a name that objects inherit', '\0constructor\0secret'],
  ])('%s', async (_, message) => {
    await isRefused(await begin('PLAIN'), message)
  })
})

describe('whoever is in', () => {
  it.each(['PLAIN', 'OAUTHBEARER', 'SCRAM-SHA-256'])('goes on by no other mechanism (%s)', async (other) => {
    const connection = await begin('SCRAM-SHA-512')
    await logIn(connection, 'SCRAM-SHA-512', secretsOf('alice'))
    const answer = await connection.send(SaslHandshake, 1, { mechanism: other })
    expect(answer.errorCode).toBe(ErrorCode.ILLEGAL_SASL_STATE)
    await connection.closed
  })

  it('goes on as nobody else', async () => {
    const connection = await begin('SCRAM-SHA-512')
    await logIn(connection, 'SCRAM-SHA-512', secretsOf('alice'))
    const from = lines.length
    await connection.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    expect(await logIn(connection, 'SCRAM-SHA-512', secretsOf('bob'))).toMatchObject({
      errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
      errorMessage: 'Cannot change principals during re-authentication from User.alice: User.bob',
    })
    await connection.closed
    expect(told(from)).toHaveLength(1)
  })

  it('is served nothing between a handshake and the end of a login that begins anew', async () => {
    const connection = await begin('SCRAM-SHA-512')
    await logIn(connection, 'SCRAM-SHA-512', secretsOf('alice'))
    await connection.send(SaslHandshake, 1, { mechanism: 'SCRAM-SHA-512' })
    await expect(connection.request(Metadata, { topics: [] })).rejects.toThrow()
  })
})

it('TLS 1.1 is refused, and told of in one line', async () => {
  const from = lines.length
  const options = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const
  await new Promise((failed) =>
    tls
      .connect({ host: '127.0.0.1', port: engine.port('SECURE'), ca: engine.ca, ...options })
      .once('error', failed),
  )
  await expect.poll(() => told(from)).toEqual([expect.stringContaining('a TLS handshake has failed')])
})
