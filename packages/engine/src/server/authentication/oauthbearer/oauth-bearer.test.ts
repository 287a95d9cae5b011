import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { MemoryDisk, silentLogger, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import type { ConfigValue } from '../../../metadata/config-values.ts'
import { LoginRefused } from '../mechanism.ts'
import { OAuthBearer } from './oauth-bearer.ts'
import { publishedKeys } from './token-keys.ts'
import { signedTokens, unsecuredTokens } from './validators.ts'

const nowMs = 1_800_000_000_000
const seconds = nowMs / 1_000
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const ec = Object.fromEntries(
  Object.entries(curves).map(([name, namedCurve]) => [name, generateKeyPairSync('ec', { namedCurve })]),
)
const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1_024 })

const published = (id: string, key: KeyObject, more = {}) => ({
  ...key.export({ format: 'jwk' }),
  kid: id,
  ...more,
})
const keySet = {
  keys: [
    published('rsa', rsa.publicKey, { use: 'sig' }),
    ...Object.entries(ec).map(([name, { publicKey }]) => published(name, publicKey)),
    published('short', shortRsa.publicKey),
    published('for-ES256-alone', rsa.publicKey, { alg: 'ES256' }),
    { kty: 'oct', kid: 'shared', k: Buffer.from('secret').toString('base64url') },
    { kty: 'unheard-of', kid: 'odd' },
    { kty: 'RSA', kid: 'broken', n: '!', e: '' },
    'no key',
  ],
}

const claims = {
  sub: 'alice',
  iss: 'https://issuer',
  aud: ['kafka', 'other'],
  iat: seconds,
  exp: seconds + 60,
}
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Signing {
  alg?: string
  kid?: string | undefined
  header?: object
  claims?: object
  by?: KeyObject
}

function token({
  alg = 'RS256',
  kid = 'rsa',
  header = {},
  claims: other = {},
  by = rsa.privateKey,
}: Signing = {}) {
  const signed = `${part({ alg, kid, ...header })}.${part({ ...claims, ...other })}`
  const options = alg.startsWith('PS') ? { padding: 6, saltLength: -1 } : {}
  const signature = sign(`sha${alg.slice(2)}`, Buffer.from(signed), {
    key: by,
    dsaEncoding: 'ieee-p1363',
    ...options,
  })
  return `${signed}.${signature.toString('base64url')}`
}

const configs: Record<string, ConfigValue> = {
  'sasl.oauthbearer.expected.audience': ['kafka'],
  'sasl.oauthbearer.expected.issuer': 'https://issuer',
  'sasl.oauthbearer.allow.unverified.audience': false,
  'sasl.oauthbearer.allow.unverified.issuer': false,
  'sasl.oauthbearer.sub.claim.name': 'sub',
  'sasl.oauthbearer.scope.claim.name': 'scope',
  'sasl.oauthbearer.clock.skew.seconds': 30,
  'sasl.oauthbearer.jwks.endpoint.url': 'https://issuer/keys',
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': 3_600_000,
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': 100,
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': 10_000,
}

/** A listener that judges tokens by what the issuer publishes at the moment. */
function world(other: Record<string, ConfigValue> = {}) {
  const clock = new TestClock(nowMs)
  const disk = new MemoryDisk(() => clock.now())
  const issuer = { keys: JSON.stringify(keySet), reads: 0, isDown: false }
  const urls = {
    read: async () => {
      issuer.reads++
      if (issuer.isDown) throw new Error('no route to host')
      return issuer.keys
    },
  }
  const value = (name: string) => ({ ...configs, ...other })[name] ?? null
  const parts = { clock, disk, urls, logger: silentLogger, listener: 'BEARER', value }
  return { clock, disk, issuer, start: () => new OAuthBearer(signedTokens(parts)) }
}

const logIn = async (
  mechanism: OAuthBearer,
  shown: string,
  message = `n,,\u0001auth=Bearer ${shown}\u0001\u0001`,
) => mechanism.begin().evaluate(Buffer.from(message), '127.0.0.1')

const whyNot = async (mechanism: OAuthBearer, shown: string, message?: string): Promise<string> => {
  const error = await logIn(mechanism, shown, message).then(
    () => 'let in',
    (refusal: unknown) => refusal,
  )
  return error instanceof LoginRefused ? error.reason : String(error)
}

describe('a token that is signed', () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'by %s lets its subject in',
    async (alg) => {
      const { done } = await logIn(world().start(), token({ alg }))
      expect(done).toEqual({ principal: 'User:alice', expiresAtMs: nowMs + 60_000 })
    },
  )

  it.each(['ES256', 'ES384', 'ES512'])('by %s lets its subject in', async (alg) => {
    const by = ec[alg]?.privateKey as KeyObject
    expect((await logIn(world().start(), token({ alg, kid: alg, by }))).done?.principal).toBe('User:alice')
  })

  it('names no key, and one of those that are published has signed it', async () => {
    const shown = token({ header: { kid: undefined } })
    expect((await logIn(world().start(), shown)).done?.principal).toBe('User:alice')
  })
})

describe('a token is refused', () => {
  const unsigned = `${part({ alg: 'none' })}.${part(claims)}.`
  const byPublicKey = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(claims)}.AAAA`

  it.each([
    ['that nobody has signed', unsigned, 'algorithm'],
    ['that nobody has signed, but that has a signature', `${unsigned}AAAA`, 'algorithm'],
    ['that a public key has signed as a secret', byPublicKey, 'algorithm'],
    ['whose signature is missing', token().replace(/[^.]+$/, ''), 'signature is wrong'],
    [
      'of another key',
      token({ by: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey }),
      'wrong',
    ],
    [
      'whose claims were changed',
      token().replace(/\.[^.]+\./, `.${part({ ...claims, sub: 'bob' })}.`),
      'wrong',
    ],
    ['whose key is published for something else', token({ kid: 'for-ES256-alone' }), 'no key that suits it'],
    ['whose key is of another type', token({ kid: 'ES256' }), 'no key that suits it'],
    ['whose key is short', token({ kid: 'short', by: shortRsa.privateKey }), 'no key that suits it'],
    ['whose key is a shared secret', token({ kid: 'shared' }), 'no key that suits it'],
    ['whose key is broken', token({ kid: 'broken' }), 'no key that suits it'],
    ['whose key nobody has published', token({ kid: 'unknown' }), 'no key that suits it'],
    ['with something critical in its header', token({ header: { crit: ['b64'], b64: false } }), 'critical'],
    ['that has ended', token({ claims: { exp: seconds - 30 } }), 'it has ended'],
    ['that begins later', token({ claims: { nbf: seconds + 31 } }), 'it begins later'],
    ['without an end', token({ claims: { exp: undefined } }), 'claim exp'],
    ['without its time', token({ claims: { iat: 'now' } }), 'claim iat'],
    ['of another issuer', token({ claims: { iss: 'https://issuer/' } }), 'issuer'],
    ['for somebody else', token({ claims: { aud: 'kafk' } }), 'audience'],
    ['for nobody', token({ claims: { aud: undefined } }), 'audience'],
    ['of nobody', token({ claims: { sub: ' ' } }), 'names nobody'],
    ['of no text', token({ claims: { sub: 7 } }), 'names nobody'],
    ['with a scope twice', token({ claims: { scope: ['a', 'a'] } }), 'scopes'],
    ['that is no token', 'abc.def', 'no JSON web token'],
    ['without an algorithm', 'e30.YWJj.AA', 'no JSON web token'],
    ['with more parts', `${token()}.AA`, 'no JSON web token'],
  ])('%s', async (_, shown, reason) => {
    expect(await whyNot(world().start(), shown)).toContain(reason)
  })

  it('in the words of OAUTHBEARER, which have nothing of the token in them', async () => {
    const refusal = await logIn(world().start(), unsigned).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      message: '{"status":"invalid_token"}',
      challenge: Buffer.from('{"status":"invalid_token"}'),
    })
  })

  it.each([
    ['no header', '\u0001auth=Bearer T\u0001\u0001'],
    ['no end', 'n,,\u0001auth=Bearer T\u0001'],
    ['two tokens', 'n,,\u0001auth=Bearer T\u0001auth=Bearer T\u0001\u0001'],
    ['another scheme', 'n,,\u0001auth=Basic T\u0001\u0001'],
    ['channel binding', 'p=tls-unique,,\u0001auth=Bearer T\u0001\u0001'],
    ['another authorization id', 'n,a=bob,\u0001auth=Bearer T\u0001\u0001'],
  ])('with a message of %s', async (_, message) => {
    const shown = token()
    expect(await whyNot(world().start(), shown, message.replaceAll('T', shown))).toMatch(
      /not one of OAUTHBEARER|authorization id/,
    )
  })
})

describe('the keys of an issuer', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const rotated = JSON.stringify({ keys: [published('new', other.publicKey)] })
  const byNew = () => token({ kid: 'new', by: other.privateKey, claims: { exp: seconds + 100_000 } })
  const byOld = () => token({ claims: { exp: seconds + 100_000 } })

  it('are read once for many tokens', async () => {
    const { issuer, start } = world()
    const mechanism = start()
    await Promise.all(Array.from({ length: 50 }, () => logIn(mechanism, byOld())))
    expect(issuer.reads).toBe(1)
  })

  it('are read again for one that is new, but not for each token that names none of them', async () => {
    const { clock, issuer, start } = world()
    const mechanism = start()
    await logIn(mechanism, byOld())
    issuer.keys = rotated
    for (let i = 0; i < 50; i++) expect(await whyNot(mechanism, byNew())).toContain('no key that suits it')
    expect(issuer.reads).toBe(1)
    await clock.advance(10_000)
    expect((await logIn(mechanism, byNew())).done?.principal).toBe('User:alice')
    expect(issuer.reads).toBe(2)
    expect(await whyNot(mechanism, byOld())).toContain('no key that suits it')
  })

  it('are read again when they are old; until then they are good', async () => {
    const { clock, issuer, start } = world()
    const mechanism = start()
    await logIn(mechanism, byOld())
    issuer.isDown = true
    await clock.advance(3_600_000)
    expect((await logIn(mechanism, byOld())).done).toBeDefined()
    expect(issuer.reads).toBe(2)
    issuer.isDown = false
    issuer.keys = rotated
    await clock.advance(10_000)
    await logIn(mechanism, byOld())
    expect((await logIn(mechanism, byNew())).done).toBeDefined()
  })

  it('let nobody in where they cannot be read, and are tried again later each time', async () => {
    const { clock, issuer, start } = world()
    issuer.isDown = true
    const mechanism = start()
    for (let i = 0; i < 1_000; i++) {
      expect(await whyNot(mechanism, byOld())).toContain('cannot be read')
      await clock.advance(10)
    }
    expect(issuer.reads).toBeLessThan(10)
    issuer.isDown = false
    await clock.advance(10_000)
    expect((await logIn(mechanism, byOld())).done).toBeDefined()
  })

  it('show nothing of a text that is something else', () => {
    expect(() => publishedKeys('{"keys":root:x:0:0}')).toThrow(/^it is not JSON$/)
    expect(() => publishedKeys('null')).toThrow(/^it has no keys$/)
  })

  it('may be in a file', async () => {
    const { disk, start } = world({ 'sasl.oauthbearer.jwks.endpoint.url': 'file:///keys.json' })
    expect(start).toThrow('has no keys')
    const file = disk.openSync('/keys.json', 'write')
    file.writeSync(Buffer.from(JSON.stringify(keySet)), 0)
    file.closeSync()
    expect((await logIn(start(), token())).done?.principal).toBe('User:alice')
  })
})

describe('a broker that would let in whoever has any token', () => {
  it.each([
    ['sasl.oauthbearer.jwks.endpoint.url', null],
    ['sasl.oauthbearer.jwks.endpoint.url', 'ftp://issuer/keys'],
    ['sasl.oauthbearer.expected.issuer', null],
    ['sasl.oauthbearer.expected.audience', []],
  ])('does not start: %s=%s', (name, value) => {
    expect(world({ [name]: value }).start).toThrow(name)
  })

  it('starts where it is told to', async () => {
    const mechanism = world({
      'sasl.oauthbearer.expected.issuer': null,
      'sasl.oauthbearer.expected.audience': [],
      'sasl.oauthbearer.allow.unverified.issuer': true,
      'sasl.oauthbearer.allow.unverified.audience': true,
    }).start()
    const shown = token({ claims: { iss: undefined, aud: undefined } })
    expect((await logIn(mechanism, shown)).done?.principal).toBe('User:alice')
  })
})

describe("by Apache Kafka's default tokens are believed", () => {
  const unsecured = (other: object = {}) => `${part({ alg: 'none' })}.${part({ ...claims, ...other })}.`
  const mechanism = (options: Record<string, string> = {}) =>
    new OAuthBearer(unsecuredTokens(new TestClock(nowMs), new Map(Object.entries(options))))

  it('where nobody has signed them', async () => {
    const { done } = await logIn(mechanism(), unsecured())
    expect(done).toEqual({ principal: 'User:alice', expiresAtMs: nowMs + 60_000 })
  })

  it.each([
    ['are signed', token(), 'it is signed'],
    ['have ended', unsecured({ exp: seconds }), 'it ends before it begins'],
    ['have ended long ago', unsecured({ iat: 1, exp: 2 }), 'it has ended'],
    ['begin later', unsecured({ iat: seconds + 1 }), 'it begins later'],
  ])('but not where they %s', async (_, shown, reason) => {
    expect(await whyNot(mechanism(), shown)).toContain(reason)
  })

  it('as the options of the login say', async () => {
    const strict = mechanism({
      unsecuredValidatorRequiredScope: 'read write',
      unsecuredValidatorPrincipalClaimName: 'who',
    })
    expect((await logIn(strict, unsecured({ scope: ['write', 'read'], who: 'bob' }))).done?.principal).toBe(
      'User:bob',
    )
    expect(await whyNot(strict, unsecured({ scope: 'read', who: 'bob' }))).toContain('scope')
  })
})
