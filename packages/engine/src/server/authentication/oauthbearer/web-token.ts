import { constants, type KeyObject, verify } from 'node:crypto'

/** A JSON web token in its compact form (RFC 7519), taken apart and not yet believed. */
export interface WebToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** What the signature is for. */
  readonly signed: string
  readonly signature: Buffer
}

/** The token lets nobody in. The message says why, and has nothing of the token in it. */
export class TokenRefused extends Error {
  override name = 'TokenRefused'
}

const compact = /^(?<signed>(?<header>[\w-]+)\.(?<claims>[\w-]+))\.(?<signature>[\w-]*)$/

export function webTokenOf(text: string): WebToken {
  const { signed, header, claims, signature } = compact.exec(text)?.groups ?? {}
  if (signed === undefined || header === undefined || claims === undefined)
    throw new TokenRefused('it is no JSON web token')
  return {
    header: objectOf(header),
    claims: objectOf(claims),
    signed,
    signature: Buffer.from(signature ?? '', 'base64url'),
  }
}

function objectOf(part: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    // What the parser says quotes the token.
    throw new TokenRefused('a part of it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TokenRefused('a part of it is no object')
  return value as Record<string, unknown>
}

interface Algorithm {
  readonly keyType: 'rsa' | 'ec'
  readonly hash: string
  /** Of an elliptic curve. */
  readonly curve?: string
  readonly isPss?: boolean
}

/** RFC 7518 without secrets that both sides share, and without `none`. */
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['RS256', { keyType: 'rsa', hash: 'sha256' }],
  ['RS384', { keyType: 'rsa', hash: 'sha384' }],
  ['RS512', { keyType: 'rsa', hash: 'sha512' }],
  ['PS256', { keyType: 'rsa', hash: 'sha256', isPss: true }],
  ['PS384', { keyType: 'rsa', hash: 'sha384', isPss: true }],
  ['PS512', { keyType: 'rsa', hash: 'sha512', isPss: true }],
  ['ES256', { keyType: 'ec', hash: 'sha256', curve: 'prime256v1' }],
  ['ES384', { keyType: 'ec', hash: 'sha384', curve: 'secp384r1' }],
  ['ES512', { keyType: 'ec', hash: 'sha512', curve: 'secp521r1' }],
])

/** Shorter keys are no use (RFC 7518, 3.3). */
const modulusBitsMin = 2_048

/** By which algorithm the token is signed; refuses `none`, and whatever else proves nothing. */
export function algorithmOf({ header }: WebToken): Algorithm {
  const algorithm = algorithms.get(String(header['alg']))
  if (!algorithm) throw new TokenRefused('its signature algorithm is not one of RS, PS and ES')
  // Nothing critical is known here (RFC 7515, 4.1.11).
  if (header['crit'] !== undefined) throw new TokenRefused('its header has something critical')
  return algorithm
}

/** Could a token that is signed by this algorithm be signed by this key? */
export function suits(key: KeyObject, { keyType, curve }: Algorithm): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type !== keyType) return false
  return curve === undefined
    ? Number(details?.modulusLength) >= modulusBitsMin
    : details?.namedCurve === curve
}

export function isSignedBy(token: WebToken, key: KeyObject): boolean {
  const { hash, isPss } = algorithmOf(token)
  const padding = isPss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
  return verify(
    hash,
    Buffer.from(token.signed),
    { key, dsaEncoding: 'ieee-p1363', ...padding },
    token.signature,
  )
}
