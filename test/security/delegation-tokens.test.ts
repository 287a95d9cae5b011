import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import {
  AlterUserScramCredentials,
  type Api,
  CreateDelegationToken,
  DescribeDelegationToken,
  ErrorCode,
  ExpireDelegationToken,
  type Input,
  Metadata,
  RenewDelegationToken,
  type RequestOf,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessKey, logins, saltedUser, type Secrets } from './logins.ts'
import { SecureEngine } from './secure-engine.ts'

const dayMs = 86_400_000
let engine: SecureEngine
const connections: Connection[] = []

beforeAll(async () => {
  engine = await SecureEngine.start({ 'delegation.token.secret.key': 'the-key-of-all-nodes' })
  await addUsers(engine)
})
afterAll(async () => {
  for (const connection of connections) await connection.close()
  await engine.stop()
})

async function addUsers(to: SecureEngine): Promise<void> {
  const upsertions = ['alice', 'bob'].map((user) => saltedUser(user, 'SCRAM-SHA-512', `of ${user}`))
  await (await open('INNER', to)).request(AlterUserScramCredentials, { deletions: [], upsertions })
}

async function open(listener: string, of = engine): Promise<Connection> {
  const connection = await Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port: of.port(listener),
    ...(listener === 'SECURE' && { tls: { authorities: of.ca } }),
    ...(listener === 'MUTUAL' && { tls: await of.clientCredentials('CN=carol') }),
    clock: systemClock(),
    requestTimeoutMs: 20_000,
  })
  connections.push(connection)
  return connection
}

async function logIn(secrets: Partial<Secrets>, mechanism = 'SCRAM-SHA-512', of = engine) {
  const connection = await open('ANY', of)
  await connection.send(SaslHandshake, 1, { mechanism })
  const login = logins[mechanism]?.({ user: '', password: '', ...accessKey, ...secrets }, 'nonce')
  let answer: { errorCode: number; sessionLifetimeMs: unknown } = { errorCode: -1, sessionLifetimeMs: 0 }
  for (let token = login?.next(Buffer.alloc(0)); token && !token.done; ) {
    const step = await connection.send(SaslAuthenticate, 2, { authBytes: token.value })
    answer = step
    if (step.errorCode !== 0) break
    token = login?.next(step.authBytes)
  }
  return { connection, answer }
}

const as = async (user: string, of = engine) =>
  (await logIn({ user, password: `of ${user}` }, 'SCRAM-SHA-512', of)).connection
const user = (principalName: string) => ({ principalType: 'User', principalName })

const create = async (by: Connection, other: Partial<Input<RequestOf<typeof CreateDelegationToken>>> = {}) =>
  by.send(CreateDelegationToken, 3, {
    ownerPrincipalType: null,
    ownerPrincipalName: null,
    renewers: [],
    maxLifetimeMs: -1,
    ...other,
  })
type Token = Awaited<ReturnType<typeof create>>

const byToken = ({ tokenId, hmac }: Token, mechanism?: string) =>
  logIn({ user: tokenId, password: Buffer.from(hmac).toString('base64'), isToken: true }, mechanism)

describe('a delegation token', () => {
  it.each([1, 2])('is made in version %i, too', async (version) => {
    const alice = await as('alice')
    const token = await alice.send(CreateDelegationToken, version, {
      renewers: [user('bob')],
      maxLifetimeMs: -1,
    })
    expect(token).toMatchObject({ errorCode: 0, ...user('alice') })
  })

  it('is made for whoever asks, for a week at most and a day at first', async () => {
    const token = await create(await as('alice'))
    expect(token).toMatchObject({
      errorCode: 0,
      ...user('alice'),
      tokenRequesterPrincipalType: 'User',
      tokenRequesterPrincipalName: 'alice',
    })
    expect(Number(token.maxTimestampMs) - Number(token.issueTimestampMs)).toBe(7 * dayMs)
    expect(Number(token.expiryTimestampMs) - Number(token.issueTimestampMs)).toBe(dayMs)
    expect(token.tokenId).toMatch(/^[\w-]{22}$/)
    expect(token.hmac).toHaveLength(64)
  })

  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'lets its bearer in as its owner, by %s, until it ends',
    async (mechanism) => {
      const token = await create(await as('alice'), { maxLifetimeMs: 60_000 })
      const { connection, answer } = await byToken(token, mechanism)
      expect(answer.errorCode).toBe(0)
      expect(Number(answer.sessionLifetimeMs)).toBeGreaterThan(30_000)
      expect(Number(answer.sessionLifetimeMs)).toBeLessThanOrEqual(60_000)
      expect((await connection.request(Metadata, { topics: [] })).brokers).toHaveLength(1)
    },
  )

  it('lets nobody in without its secret, or as a user', async () => {
    const { tokenId, hmac } = await create(await as('alice'))
    const password = Buffer.from(hmac).toString('base64')
    for (const secrets of [
      { user: tokenId, password: 'guessed', isToken: true },
      { user: tokenId, password },
      { user: 'alice', password, isToken: true },
      { user: 'alice', password: 'of alice', isToken: true },
    ])
      expect((await logIn(secrets)).answer.errorCode).toBe(ErrorCode.SASL_AUTHENTICATION_FAILED)
  })

  it('makes no other token, and changes none', async () => {
    const token = await create(await as('alice'))
    const { connection } = await byToken(token)
    await expectNotAllowed(connection, token)
  })

  it.each(['INNER', 'SECURE'])('is nothing for who comes as nobody (%s)', async (listener) => {
    await expectNotAllowed(await open(listener), await create(await as('alice')))
  })

  it('is made for who is known by a certificate', async () => {
    expect(await create(await open('MUTUAL'))).toMatchObject({ errorCode: 0, ...user('CN=carol') })
  })

  it('is made for somebody else by who may do that, and by users alone renewed', async () => {
    const alice = await as('alice')
    const forBob = await create(alice, { ownerPrincipalType: 'User', ownerPrincipalName: 'bob' })
    expect(forBob).toMatchObject({ errorCode: 0, ...user('bob'), tokenRequesterPrincipalName: 'alice' })
    expect(
      await create(alice, { renewers: [{ principalType: 'Group', principalName: 'all' }] }),
    ).toMatchObject({
      errorCode: ErrorCode.INVALID_PRINCIPAL_TYPE,
      tokenId: '',
    })
  })

  it('is renewed by its owner and those whom they have named, to its last day at most', async () => {
    const { hmac, maxTimestampMs } = await create(await as('alice'), {
      renewers: [user('bob')],
      maxLifetimeMs: 2 * dayMs,
    })
    const renew = async (by: string, renewPeriodMs: number) =>
      (await as(by)).send(RenewDelegationToken, 2, { hmac, renewPeriodMs })
    const short = await renew('bob', 1_000)
    expect(short.errorCode).toBe(0)
    expect(Number(short.expiryTimestampMs)).toBeLessThan(Date.now() + 2_000)
    expect(Number((await renew('alice', -1)).expiryTimestampMs)).toBeLessThanOrEqual(Number(maxTimestampMs))
    const other = await create(await as('alice'))
    const refused = await (await as('bob')).send(RenewDelegationToken, 2, {
      hmac: other.hmac,
      renewPeriodMs: 1,
    })
    expect(refused.errorCode).toBe(ErrorCode.DELEGATION_TOKEN_OWNER_MISMATCH)
  })

  it('ends when its owner says so, at once or later', async () => {
    const alice = await as('alice')
    const token = await create(alice)
    const expire = (by: Connection, expiryTimePeriodMs: number) =>
      by.send(ExpireDelegationToken, 2, { hmac: token.hmac, expiryTimePeriodMs })
    expect((await expire(await as('bob'), -1)).errorCode).toBe(ErrorCode.DELEGATION_TOKEN_OWNER_MISMATCH)
    const later = await expire(alice, 60_000)
    expect(Number(later.expiryTimestampMs)).toBeLessThanOrEqual(Date.now() + 60_000)
    expect((await expire(alice, -1)).errorCode).toBe(0)
    expect((await expire(alice, -1)).errorCode).toBe(ErrorCode.DELEGATION_TOKEN_NOT_FOUND)
    expect((await byToken(token)).answer.errorCode).toBe(ErrorCode.SASL_AUTHENTICATION_FAILED)
  })

  it.each([1, 2, 3])('is described, in version %i', async (version) => {
    const bob = await as('bob')
    const token = await create(bob, { renewers: [user('alice')] })
    const { errorCode, tokens } = await bob.send(DescribeDelegationToken, version, {
      owners: [user('alice')],
    })
    expect(errorCode).toBe(0)
    expect(tokens.find(({ tokenId }) => tokenId === token.tokenId)).toMatchObject({
      ...user('bob'),
      hmac: token.hmac,
      renewers: [user('alice')],
      issueTimestamp: token.issueTimestampMs,
    })
    expect((await bob.send(DescribeDelegationToken, version, { owners: [] })).tokens).toEqual([])
    expect(
      (await bob.send(DescribeDelegationToken, version, { owners: null })).tokens.length,
    ).toBeGreaterThan(0)
  })
})

async function expectNotAllowed(connection: Connection, { hmac }: Token): Promise<void> {
  const refused = { errorCode: ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED }
  expect(await create(connection)).toMatchObject({ ...refused, tokenId: '' })
  const asked: [Api, object][] = [
    [RenewDelegationToken, { hmac, renewPeriodMs: -1 }],
    [ExpireDelegationToken, { hmac, expiryTimePeriodMs: -1 }],
    [DescribeDelegationToken, { owners: null }],
  ]
  for (const [api, request] of asked)
    expect(await connection.send(api, api.maxVersion, request)).toMatchObject(refused)
}

it('without a secret key there are no tokens', async () => {
  const without = await SecureEngine.start()
  try {
    await addUsers(without)
    const alice = await as('alice', without)
    const disabled = { errorCode: ErrorCode.DELEGATION_TOKEN_AUTH_DISABLED }
    expect(await create(alice)).toMatchObject(disabled)
    expect(await alice.send(DescribeDelegationToken, 3, { owners: null })).toMatchObject(disabled)
    const hmac = Buffer.alloc(64)
    expect(await alice.send(RenewDelegationToken, 2, { hmac, renewPeriodMs: 1 })).toMatchObject(disabled)
    expect(await alice.send(ExpireDelegationToken, 2, { hmac, expiryTimePeriodMs: 1 })).toMatchObject(
      disabled,
    )
  } finally {
    await without.stop()
  }
})
