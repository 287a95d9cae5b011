import { describe, expect, it } from 'vitest'
import { MemoryDisk, seededRandom, TestClock } from '@sluice/effects'
import { edge } from '../http/edge.ts'
import type { Surface } from '../http/surface.ts'
import { emptyTable, Identities, type KeyOwner } from '../iam/identities.ts'
import { consolePath, consoleSurface } from './console.ts'
import { Tickets } from './tickets.ts'

const place = { partition: 'aws', region: 'us-east-1', account: '000000000000' }
const ownerKey = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'owner-secret' }
const facts = { version: '1', region: 'us-east-1', accountId: '1', needsSignature: true, streamLimits: 'on' }
const directory = '/console'

function surroundings() {
  const effects = { clock: new TestClock(), disk: new MemoryDisk(), random: seededRandom(1) }
  effects.disk.mkdirSync(directory)
  for (const name of ['index.html', 'console.js', 'console.css', 'icon.svg', 'secret.txt'])
    effects.disk.writeFileAtomicSync(`${directory}/${name}`, `this is ${name}`)
  const identities = new Identities({ ...place, ownerKey, keys: [], table: emptyTable })
  const tickets = new Tickets(effects)
  const knownHosts = new Set(['broker.example'])
  const signIns: unknown[] = []
  const onSignIn = (from: string | undefined, key: KeyOwner | null) =>
    void signIns.push([from, key?.accessKeyId])
  const surface = consoleSurface({ facts, directory, knownHosts, identities, tickets, onSignIn, effects })
  return { surface, tickets, identities, signIns, effects }
}

interface Asked {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

async function ask(surface: Surface, path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}) {
  const all = Object.entries({ host: '127.0.0.1:9081', ...headers })
  const verdict = surface.admit({ method, target: path, headers: all, remoteAddress: '10.1.2.3' })
  if ('refusal' in verdict) return verdict.refusal
  if (body.length > verdict.bodyBytesMax) return surface.refuse(null, { status: 413, message: 'too long' })
  return verdict.answer(Buffer.from(body))
}

const own = { origin: 'http://127.0.0.1:9081', 'sec-fetch-site': 'same-origin' }
const redeem = (surface: Surface, ticket: unknown, headers: Readonly<Record<string, string>> = own) =>
  ask(surface, `${consolePath}session`, { method: 'POST', headers, body: JSON.stringify({ ticket }) })

describe('the console', () => {
  it.each([
    ['', 'index.html', 'text/html; charset=utf-8'],
    ['?filter=a', 'index.html', 'text/html; charset=utf-8'],
    ['streams/clicks.of-today_1', 'index.html', 'text/html; charset=utf-8'],
    ['clusters/demo?topic=orders', 'index.html', 'text/html; charset=utf-8'],
    ['streams/~..', 'index.html', 'text/html; charset=utf-8'],
    ['queues/work', 'index.html', 'text/html; charset=utf-8'],
    ['channels/lake', 'index.html', 'text/html; charset=utf-8'],
    ['console.js', 'console.js', 'text/javascript; charset=utf-8'],
    ['console.css', 'console.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'icon.svg', 'image/svg+xml'],
  ])('has %j', async (path, name, type) => {
    const { status, headers, body } = await ask(surroundings().surface, consolePath + path)
    expect([status, headers['content-type'], String(body)]).toEqual([200, type, `this is ${name}`])
  })

  it.each([
    'nothing',
    'secret.txt',
    '../credentials.json',
    '%2e%2e/credentials.json',
    'streams/',
    'streams/a/b',
    'streams/a%2fb',
    'queues/',
    'buckets/a',
    'console.js/',
    '__proto__',
    'constructor',
  ])('has no %s, and shows its page for whoever came there', async (path) => {
    const { status, body } = await ask(surroundings().surface, consolePath + path)
    expect([status, String(body)]).toEqual([404, 'this is index.html'])
  })

  it('lets nothing in from elsewhere, and nobody frame it', async () => {
    const { surface } = surroundings()
    for (const path of ['', 'console.js', 'facts', 'session', 'nothing']) {
      const { headers } = await ask(surface, consolePath + path)
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      )
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('is read, and written to nowhere', async () => {
    const { surface } = surroundings()
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      for (const path of ['', 'facts', 'console.js'])
        expect((await ask(surface, consolePath + path, { method })).status).toBe(405)
    expect((await ask(surface, `${consolePath}session`)).status).toBe(405)
  })

  it.each([
    ['127.0.0.1:9081', 200],
    ['localhost', 200],
    ['[::1]:9081', 200],
    ['broker.example:9081', 200],
    ['evil.example:9081', 403],
    ['', 403],
  ])('is asked by its own names and addresses alone: %j', async (host, status) => {
    for (const path of ['', 'facts', 'console.js'])
      expect((await ask(surroundings().surface, consolePath + path, { headers: { host } })).status).toBe(
        status,
      )
  })

  it('tells who has not signed in where it is, and no more', async () => {
    const { body } = await ask(surroundings().surface, `${consolePath}facts`)
    expect(JSON.parse(String(body))).toEqual(facts)
  })

  it('says so where a build has none of it', async () => {
    const { surface, effects } = surroundings()
    effects.disk.removeSync(directory)
    const { status, body } = await ask(surface, consolePath)
    expect([status, String(body)]).toEqual([404, '{"message":"The console is not a part of this build."}'])
  })
})

describe('a ticket', () => {
  it('buys temporary credentials of the account itself, once', async () => {
    const { surface, tickets, identities, effects } = surroundings()
    const ticket = tickets.issue()
    const answer = await redeem(surface, ticket)
    expect(answer.status).toBe(200)
    const session = JSON.parse(String(answer.body))
    expect(session.expiresAtMs).toBe(effects.clock.now() + 12 * 3_600_000)
    expect(JSON.stringify(session)).not.toContain(ownerKey.secretAccessKey)
    const known = identities.find(session.accessKeyId, session.sessionToken)
    expect(known).toMatchObject({ secretAccessKey: session.secretAccessKey, caller: identities.owner.caller })
    expect((await redeem(surface, ticket)).status).toBe(403)
  })

  it('is told of with from where it comes, and with the key that it bought, if any', async () => {
    const { surface, tickets, signIns } = surroundings()
    const ticket = tickets.issue()
    const { accessKeyId } = JSON.parse(String((await redeem(surface, ticket)).body))
    await redeem(surface, ticket)
    await ask(surface, consolePath)
    expect(signIns).toEqual([
      ['10.1.2.3', accessKeyId],
      ['10.1.2.3', undefined],
    ])
  })

  it('is worth nothing where nobody has made it, or after half a day', async () => {
    const { surface, tickets, effects } = surroundings()
    for (const made of ['', 'x', null, 7, {}, ['a']]) expect((await redeem(surface, made)).status).toBe(403)
    const ticket = tickets.issue()
    await effects.clock.advance(12 * 3_600_000)
    const late = await redeem(surface, ticket)
    expect([late.status, String(late.body)]).toEqual([
      403,
      '{"message":"This link has been used, or is too old."}',
    ])
  })

  it.each(['', '{', 'null', '[]', '7', 'x'.repeat(1_025)])(
    'is in a small object of JSON: %.10j',
    async (body) => {
      const { surface } = surroundings()
      const { status } = await ask(surface, `${consolePath}session`, { method: 'POST', headers: own, body })
      expect(status).toBe(body.length > 1_024 ? 413 : 403)
    },
  )

  it.each([
    ['another page of this machine', { origin: 'http://localhost:5173' }],
    ['one that says nothing of itself', {}],
    ['one without an origin', { origin: 'null' }],
    ['one on another port', { origin: 'http://127.0.0.1:9082', 'sec-fetch-site': 'same-site' }],
    ['whoever the browser says is elsewhere', { ...own, 'sec-fetch-site': 'cross-site' }],
  ])('is not taken of %s, and stays good', async (_, headers) => {
    const { surface, tickets } = surroundings()
    const ticket = tickets.issue()
    expect((await redeem(surface, ticket, headers as Record<string, string>)).status).toBe(403)
    expect((await redeem(surface, ticket)).status).toBe(200)
  })

  it('is one of a hundred: the oldest goes when another one is made', async () => {
    const { tickets } = surroundings()
    const [first, second] = [tickets.issue(), tickets.issue()]
    for (let at = 0; at < 99; at++) tickets.issue()
    expect([tickets.redeem(first), tickets.redeem(second)]).toEqual([false, true])
  })
})

it('is a subtree of the edge, in whose shape all below its path is refused', async () => {
  const rest: Surface = {
    admit: () => ({ refusal: { status: 404, headers: {}, body: Buffer.from('rest') } }),
    refuse: () => ({ status: 404, headers: {}, body: Buffer.from('rest') }),
  }
  const whole = edge({}, rest, undefined, { [consolePath]: surroundings().surface })
  expect(String((await ask(whole, consolePath)).body)).toBe('this is index.html')
  expect(String((await ask(whole, '/_sluice/console')).body)).toBe(
    '{"message":"There is no page /_sluice/console."}',
  )
  expect(String((await ask(whole, '/')).body)).toBe('rest')
  const foreign = await ask(whole, `${consolePath}facts`, { headers: { origin: 'https://evil.example' } })
  expect([foreign.status, foreign.headers['x-frame-options']]).toEqual([403, 'DENY'])
})
