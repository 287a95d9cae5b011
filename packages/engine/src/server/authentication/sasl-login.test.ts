import { lineLogger, TestClock } from '@sluice/effects'
import { ErrorCode, Metadata, SaslHandshake } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { RefusalLog } from '../refusal-log.ts'
import { LoginRefused, type SaslExchange } from './mechanism.ts'
import { SaslLogin } from './sasl-login.ts'

const startAtMs = 1_000_000
const noBytes = Buffer.alloc(0)

function loginBy(evaluate: SaslExchange['evaluate'], sessionMsMax = 0) {
  const clock = new TestClock(startAtMs)
  const lines: string[] = []
  const logger = lineLogger(
    (line) => lines.push(line),
    'debug',
    () => 0,
  )
  const mechanism = (name: string) => [name, { name, begin: () => ({ evaluate }) }] as const
  const login = new SaslLogin({
    clock,
    refusals: new RefusalLog({ clock, logger }),
    mechanisms: new Map([mechanism('TEST'), mechanism('OTHER')]),
    refusedPrincipal: 'User:node',
    sessionMsMax: () => sessionMsMax,
    failureDelayMs: () => 0,
  })
  login.handshake('TEST', 1, '127.0.0.1')
  return { login, clock, lines }
}

/** Lets in whoever the next bytes name. */
function loginOf({ expiresAtMs = null as number | null, sessionMsMax = 0 } = {}) {
  const identityOf = (token: Buffer) => ({ principal: `User:${token.toString()}`, expiresAtMs })
  return loginBy((token) => ({ reply: noBytes, done: identityOf(token) }), sessionMsMax)
}

const logIn = ({ login }: ReturnType<typeof loginOf>, name = 'alice') =>
  login.authenticate(Buffer.from(name), '127.0.0.1')

describe('a session lasts', () => {
  it.each([
    ['for ever, where nothing ends', {}, 0],
    ['as long as the broker lets it', { sessionMsMax: 3_000 }, 3_000],
    ['as long as what was shown', { expiresAtMs: startAtMs + 2_000 }, 2_000],
    [
      'as long as what was shown, where the broker would let it last longer',
      { expiresAtMs: startAtMs + 2_000, sessionMsMax: 3_000 },
      2_000,
    ],
    [
      'as long as the broker lets it, where what was shown is good longer',
      { expiresAtMs: startAtMs + 4_000, sessionMsMax: 3_000 },
      3_000,
    ],
  ])('%s', async (_, limits, lifetimeMs) => {
    const world = loginOf(limits)
    expect(await logIn(world)).toMatchObject({ errorCode: ErrorCode.NONE, sessionLifetimeMs: lifetimeMs })
    const endsInMs = lifetimeMs || 1_000_000_000
    await world.clock.advance(endsInMs - 1)
    expect(world.login.objectionTo(Metadata.apiKey)).toBeNull()
    await world.clock.advance(1)
    const after = lifetimeMs > 0 ? 'the session has ended and was not authenticated anew' : null
    expect(world.login.objectionTo(Metadata.apiKey)).toBe(after)
    expect(world.login.objectionTo(SaslHandshake.apiKey)).toBeNull()
  })

  it('no time at all where what was shown has ended meanwhile', async () => {
    const world = loginOf({ expiresAtMs: startAtMs - 1 })
    expect(await logIn(world)).toMatchObject({ errorCode: ErrorCode.NONE, sessionLifetimeMs: 0 })
    expect(world.login.objectionTo(Metadata.apiKey)).not.toBeNull()
  })
})

it('is authenticated anew as the same principal only', async () => {
  const world = loginOf({ sessionMsMax: 10_000 })
  await logIn(world)
  await world.clock.advance(5_000)
  world.login.handshake('TEST', 1, '127.0.0.1')
  expect(await logIn(world)).toMatchObject({ errorCode: ErrorCode.NONE, sessionLifetimeMs: 10_000 })
  await world.clock.advance(9_999)
  expect(world.login.objectionTo(Metadata.apiKey)).toBeNull()
  world.login.handshake('TEST', 1, '127.0.0.1')
  const other = logIn(world, 'mallory')
  await world.clock.advance(1)
  expect(await other).toMatchObject({
    errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
    errorMessage: expect.stringMatching(/^Cannot change principals/),
  })
})

it('is not authenticated anew where it never ends', async () => {
  const world = loginOf()
  await logIn(world)
  await world.clock.advance(5_000)
  expect(world.login.handshake('TEST', 1, '127.0.0.1').errorCode).toBe(ErrorCode.ILLEGAL_SASL_STATE)
  expect(world.login.objectionTo(Metadata.apiKey)).toBeNull()
})

it('is authenticated anew once a second at most, and goes on where a client asks for more', async () => {
  const world = loginOf({ sessionMsMax: 10_000 })
  await logIn(world)
  expect(world.login.handshake('TEST', 1, '127.0.0.1').errorCode).toBe(ErrorCode.NONE)
  await logIn(world)
  await world.clock.advance(999)
  expect(world.login.handshake('TEST', 1, '127.0.0.1').errorCode).toBe(ErrorCode.ILLEGAL_SASL_STATE)
  expect(world.login.isRefused).toBe(false)
  expect(world.login.objectionTo(Metadata.apiKey)).toBeNull()
  await world.clock.advance(1)
  expect(world.login.handshake('TEST', 1, '127.0.0.1').errorCode).toBe(ErrorCode.NONE)
  expect((await logIn(world)).errorCode).toBe(ErrorCode.NONE)
})

it('nobody is let in as whom only another listener can tell', async () => {
  const world = loginOf({ sessionMsMax: 10_000 })
  const asNode = logIn(world, 'node')
  await world.clock.advance(1)
  expect(await asNode).toMatchObject({
    errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
    errorMessage: expect.stringContaining('invalid credentials'),
  })
  expect(world.login.identity).toBeNull()
  expect(world.lines).toEqual([expect.stringContaining('nobody comes to this listener as User:node')])
})

it('is refused by a mechanism that is not served, and the log says so', () => {
  const { login, lines } = loginOf()
  expect(login.handshake('PLAIN', 1, '10.0.0.1')).toEqual({
    errorCode: ErrorCode.UNSUPPORTED_SASL_MECHANISM,
    mechanisms: ['TEST', 'OTHER'],
  })
  expect(login.isRefused).toBe(true)
  expect(lines).toEqual([
    expect.stringContaining(
      'WARN a login is refused client=10.0.0.1 reason="this listener has no mechanism PLAIN" served="TEST, OTHER"',
    ),
  ])
})

it('is not authenticated anew by another mechanism, and the log says so', async () => {
  const world = loginOf({ sessionMsMax: 10_000 })
  await logIn(world)
  expect(world.login.handshake('OTHER', 1, '10.0.0.1').errorCode).toBe(ErrorCode.ILLEGAL_SASL_STATE)
  expect(world.login.isRefused).toBe(true)
  expect(world.lines).toEqual([expect.stringContaining('began by another mechanism than OTHER')])
})

it('a mechanism’s own word of a refusal goes first, and whatever follows it is refused', async () => {
  const challenge = Buffer.from('no')
  const { login, clock } = loginBy(() => {
    throw new LoginRefused('Access denied', 'a reason', { challenge })
  })
  const first = login.authenticate(noBytes, '127.0.0.1')
  await clock.advance(1)
  expect(await first).toMatchObject({ errorCode: ErrorCode.NONE, authBytes: challenge })
  expect(login.objectionTo(Metadata.apiKey)).not.toBeNull()
  const second = await login.authenticate(noBytes, '127.0.0.1')
  expect(second).toMatchObject({
    errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
    errorMessage: 'Access denied',
  })
  expect(login.isRefused).toBe(true)
})
