import type { CompactVerifyResult, createLocalJWKSet } from 'jose'

/** The token lets nobody in. The message says why, and has nothing of the token in it. */
export class TokenRefused extends Error {
  override name = 'TokenRefused'
}

/** So it is by these keys; others may have signed it. */
export class KeyUnknown extends TokenRefused {
  constructor() {
    super('its issuer has published no key that suits it')
  }
}

export type Claims = Readonly<Record<string, unknown>>
export type KeySet = ReturnType<typeof createLocalJWKSet>

/** Of RFC 7518 those without secrets that both sides share, and without `none`. */
const algorithms = ['RS', 'PS', 'ES'].flatMap((family) => ['256', '384', '512'].map((size) => family + size))

/** What the library says, by its codes. */
const refusals: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'its signature algorithm is not one of RS, PS and ES',
  ERR_JOSE_NOT_SUPPORTED: 'its header has something critical',
  ERR_JWS_INVALID: 'it is no JSON web token',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JWT_INVALID: 'it is no JSON web token',
}

/** Loaded when the first token comes: most brokers never see one. */
export const jose = () => import('jose')

/** What a token says that one of these keys has signed (RFC 7515). Throws TokenRefused. */
export async function signedClaims(text: string, keys: KeySet): Promise<Claims> {
  const { protectedHeader, payload } = await verified(text, keys).catch((error: unknown) => {
    throw refusalOf(error)
  })
  // Nothing critical is known here (RFC 7515, 4.1.11).
  if (protectedHeader.crit !== undefined) throw new TokenRefused('its header has something critical')
  return objectOf(Buffer.from(payload).toString())
}

async function verified(text: string, keys: KeySet): Promise<CompactVerifyResult> {
  const { compactVerify, errors } = await jose()
  const options = { algorithms }
  try {
    return await compactVerify(text, keys, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // It names none, and has been signed by one of them or by nobody of them.
    for await (const key of error) {
      const found = await compactVerify(text, key, options).catch(() => null)
      if (found) return found
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/** What a token says that nobody has signed. Throws TokenRefused. */
export async function unsignedClaims(text: string): Promise<Claims> {
  const [header = '', claims = '', signature, ...others] = text.split('.')
  if (signature === undefined || others.length > 0) throw new TokenRefused('it is no JSON web token')
  const decoded = (part: string) => objectOf(Buffer.from(part, 'base64url').toString())
  if (decoded(header)['alg'] !== 'none' || signature !== '')
    throw new TokenRefused('it is signed, and should not be')
  return decoded(claims)
}

function refusalOf(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  // It has no key, or one that is too short or of another kind than its algorithm wants.
  if (code === 'ERR_JWKS_NO_MATCHING_KEY' || error instanceof TypeError) return new KeyUnknown()
  return new TokenRefused(refusals[String(code)] ?? 'it cannot be verified')
}

function objectOf(text: string): Claims {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TokenRefused('a part of it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TokenRefused('a part of it is no object')
  return value as Claims
}
