import { silentLogger, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { Granted } from '../authorizer/testing/granted.ts'
import { SaslLogin } from './authentication/sasl-login.ts'
import type { Identity } from './authentication/mechanism.ts'
import { ConnectionSession } from './connection-session.ts'
import { RefusalLog } from './refusal-log.ts'

const plaintext = { name: 'CLIENT', protocol: 'SASL_PLAINTEXT', host: '127.0.0.1', port: 9092 } as const
const socket = { localAddress: '127.0.0.1', remoteAddress: '10.0.0.7', peerSubject: null }

/** A session before its client has logged in, at a node that lets some read `events`; and its login. */
function session(identity: Identity, asked: string[] = []) {
  const mechanism = {
    name: 'OWN',
    begin: () => ({ evaluate: () => ({ reply: Buffer.alloc(0), done: identity }) }),
  }
  const clock = new TestClock()
  const login = new SaslLogin({
    clock,
    refusals: new RefusalLog({ clock, logger: silentLogger }),
    refusedPrincipal: null,
    mechanisms: new Map([['OWN', mechanism]]),
    sessionMsMax: () => 0,
    failureDelayMs: () => 0,
  })
  const permissions = Object.assign(new Granted(), { grants: ['read topic events'] })
  const permissionsOf = (principal: string, host: string) => {
    asked.push(`${principal} from ${host}`)
    return permissions
  }
  const logIn = async () => {
    login.handshake('OWN', 1, '127.0.0.1')
    await login.authenticate(Buffer.alloc(0), '10.0.0.7')
  }
  return { of: new ConnectionSession(plaintext, socket, login, { authorizer: { permissionsOf } }), logIn }
}

it("who logs in may do what the node's authorizer says, which is asked once", async () => {
  const asked: string[] = []
  const { of, logIn } = session({ principal: 'User:alice', expiresAtMs: null }, asked)
  await logIn()
  expect(of.permissions.allows('read', 'topic', 'events')).toBe(true)
  expect(of.permissions.allows('write', 'topic', 'events')).toBe(false)
  expect(asked).toEqual(['User:alice from 10.0.0.7'])
})

it('who brings permissions with the login may do what they say, and nothing that the authorizer says', async () => {
  const own = Object.assign(new Granted(), { grants: ['write topic events'] })
  const { of, logIn } = session({ principal: 'User:role', expiresAtMs: null, permissions: own })
  await logIn()
  expect(of.permissions.allows('write', 'topic', 'events')).toBe(true)
  expect(of.permissions.allows('read', 'topic', 'events')).toBe(false)
})

it('who brings permissions has no delegation token made, which would be without them; others have', async () => {
  const own = new Granted()
  for (const [more, may] of [
    [{}, true],
    [{ isByToken: true }, false],
    [{ permissions: own }, false],
  ] as const) {
    const { of, logIn } = session({ principal: 'User:role', expiresAtMs: null, ...more })
    expect(of.mayAskForTokens).toBe(false)
    await logIn()
    expect(of.mayAskForTokens).toBe(may)
  }
})

it('what was given to a client before its login is not what it has after it', async () => {
  const asked: string[] = []
  const { of, logIn } = session({ principal: 'User:alice', expiresAtMs: null }, asked)
  expect(of.permissions).toBeDefined()
  await logIn()
  expect(of.permissions).toBeDefined()
  expect(asked).toEqual(['User:ANONYMOUS from 10.0.0.7', 'User:alice from 10.0.0.7'])
})

it.each([
  ['names it', 'alice', undefined, false],
  ['names it as another listener’s own', 'node', 'User:node', true],
  ['says nothing of it', null, 'User:node', true],
])('who has a certificate is somebody where a rule %s', (_, name, refusedPrincipal, isUnnamed) => {
  const listener = { name: 'CLIENT_SECURE', protocol: 'SSL', host: '127.0.0.1', port: 9094 } as const
  const refused = refusedPrincipal === undefined ? {} : { refusedPrincipal }
  const of = new ConnectionSession({ ...listener, ...refused }, { ...socket, peerSubject: 'CN=x' }, null, {
    mapping: () => name,
  })
  expect(of.isUnnamed).toBe(isUnnamed)
  expect(of.principal).toBe(isUnnamed ? 'User:ANONYMOUS' : 'User:alice')
})
