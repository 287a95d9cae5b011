import { type Claims, TokenRefused } from './web-token.ts'

/** What has to hold of a token's claims. */
export interface ClaimRules {
  /** Whom the token is for; empty: nobody looks. */
  readonly audiences: readonly string[]
  /** Who has made it; null: nobody looks. */
  readonly issuer: string | null
  readonly subjectClaim: string
  readonly scopeClaim: string
  readonly clockSkewMs: number
}

export interface Bearer {
  /** Who it is, without the type. */
  readonly name: string
  /** Wall-clock time, ms. */
  readonly expiresAtMs: number
}

/** As Apache Kafka's validator judges them. Throws TokenRefused. */
export function bearerOf(claims: Claims, rules: ClaimRules, nowMs: number): Bearer {
  const expiresAtMs = timeOf(claims, 'exp')
  timeOf(claims, 'iat')
  const beginsAtMs = claims['nbf'] === undefined ? null : timeOf(claims, 'nbf')
  if (expiresAtMs + rules.clockSkewMs <= nowMs) throw new TokenRefused('it has ended')
  if (beginsAtMs !== null && beginsAtMs - rules.clockSkewMs > nowMs) throw new TokenRefused('it begins later')
  if (rules.issuer !== null && claims['iss'] !== rules.issuer)
    throw new TokenRefused('its issuer is another one than sasl.oauthbearer.expected.issuer')
  const audiences = [claims['aud']].flat()
  if (rules.audiences.length > 0 && !rules.audiences.some((one) => audiences.includes(one)))
    throw new TokenRefused('it is for none of sasl.oauthbearer.expected.audience')
  scopesOf(claims, rules.scopeClaim)
  return { name: subjectOf(claims, rules.subjectClaim), expiresAtMs }
}

/** Seconds since 1970, perhaps with a fraction (RFC 7519). */
export function timeOf(claims: Claims, name: string): number {
  const value = claims[name]
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new TokenRefused(`its claim ${name} is no time`)
  return value * 1_000
}

export function subjectOf(claims: Claims, claim: string): string {
  const value = claims[claim]
  if (typeof value !== 'string' || value.trim() === '')
    throw new TokenRefused(`its claim ${claim} names nobody`)
  return value.trim()
}

/** One text or several. */
export function scopesOf(claims: Claims, claim: string): string[] {
  const scopes = [claims[claim] ?? []].flat().map((scope) => (typeof scope === 'string' ? scope.trim() : ''))
  if (scopes.includes('') || new Set(scopes).size < scopes.length)
    throw new TokenRefused(`its claim ${claim} is no list of scopes`)
  return scopes
}
