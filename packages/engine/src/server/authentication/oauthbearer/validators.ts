import type { Clock, Disk, Logger, Urls } from '@sluice/effects'
import type { BrokerConfigName } from '../../../metadata/config-names.generated.ts'
import type { ConfigValue } from '../../../metadata/config-values.ts'
import { type Bearer, bearerOf, type ClaimRules, scopesOf, subjectOf, timeOf } from './claims.ts'
import { publishedKeys, TokenKeys } from './token-keys.ts'
import { KeyUnknown, signedClaims, TokenRefused, unsignedClaims } from './web-token.ts'

/** Says who bears a token; throws TokenRefused. */
export type ValidateToken = (token: string) => Promise<Bearer>

const keysBytesMax = 1_048_576

interface ValidatorParts {
  readonly clock: Clock
  readonly disk: Disk
  readonly logger: Logger
  readonly urls?: Urls | undefined
  readonly listener: string
  /** Of this listener and mechanism. */
  readonly value: (name: BrokerConfigName) => ConfigValue
}

/** OAuthBearerValidatorCallbackHandler: tokens are signed by a key that their issuer publishes. */
export function signedTokens(parts: ValidatorParts): ValidateToken {
  const { clock, logger, listener, value } = parts
  const rules = claimRules(parts)
  const times = {
    refreshMs: Number(value('sasl.oauthbearer.jwks.endpoint.refresh.ms')),
    retryBackoffMs: Number(value('sasl.oauthbearer.jwks.endpoint.retry.backoff.ms')),
    retryBackoffMsMax: Number(value('sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms')),
  }
  const keys = new TokenKeys({
    clock,
    times,
    read: readerOf(parts),
    failed: (error) => logger.error('the keys of tokens cannot be read', { listener, error }),
  })
  return async (text) => {
    const claims = await signedClaims(text, await keys.known()).catch(async (error: unknown) => {
      if (!(error instanceof KeyUnknown)) throw error
      return signedClaims(text, await keys.renewed())
    })
    return bearerOf(claims, rules, clock.now())
  }
}

/**
 * Whoever looks at neither issuer nor audience lets everybody in who has a token of that provider, for whatever it is:
 * Apache Kafka 4.4 does not start so unless it is told to.
 */
function claimRules({ value, listener }: ValidatorParts): ClaimRules {
  const audiences = value('sasl.oauthbearer.expected.audience') as readonly string[]
  const issuer = value('sasl.oauthbearer.expected.issuer') as string | null
  if (issuer === null && value('sasl.oauthbearer.allow.unverified.issuer') !== true)
    throw problem(
      listener,
      'sasl.oauthbearer.expected.issuer, or sasl.oauthbearer.allow.unverified.issuer=true',
    )
  if (audiences.length === 0 && value('sasl.oauthbearer.allow.unverified.audience') !== true)
    throw problem(
      listener,
      'sasl.oauthbearer.expected.audience, or sasl.oauthbearer.allow.unverified.audience=true',
    )
  return {
    audiences,
    issuer,
    subjectClaim: String(value('sasl.oauthbearer.sub.claim.name')),
    scopeClaim: String(value('sasl.oauthbearer.scope.claim.name')),
    clockSkewMs: Number(value('sasl.oauthbearer.clock.skew.seconds')) * 1_000,
  }
}

/** Without keys nobody could verify anything, and Apache Kafka has let everybody in by that once (CVE-2026-110985). */
function readerOf({ value, listener, disk, urls }: ValidatorParts): () => Promise<string> {
  const url = value('sasl.oauthbearer.jwks.endpoint.url') as string | null
  if (url === null) throw problem(listener, 'sasl.oauthbearer.jwks.endpoint.url')
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' }
  if (urls && (protocol === 'http:' || protocol === 'https:')) return () => urls.read(url)
  if (protocol !== 'file:')
    throw problem(listener, 'an http, https or file URL in sasl.oauthbearer.jwks.endpoint.url')
  const path = decodeURIComponent(new URL(url).pathname)
  const read = () => keysFile(disk, path)
  try {
    publishedKeys(read())
  } catch (cause) {
    throw new Error(`listener ${listener}: sasl.oauthbearer.jwks.endpoint.url=${url} has no keys`, { cause })
  }
  return async () => read()
}

/** Read where everything else waits for it: no pipe, no device, and no more than an issuer would publish. */
function keysFile(disk: Disk, path: string): string {
  const { isFile, size } = disk.statSync(path)
  if (!isFile || size > keysBytesMax) throw new Error(`${path} is no file of at most ${keysBytesMax} bytes`)
  return disk.readFileSync(path).toString()
}

function problem(listener: string, what: string): Error {
  return new Error(`listener ${listener} judges tokens of OAUTHBEARER, and needs ${what}`)
}

/** OAuthBearerUnsecuredValidatorCallbackHandler, Apache Kafka's default: for tests, for everybody is believed. */
export function unsecuredTokens(clock: Clock, jaas: ReadonlyMap<string, string>): ValidateToken {
  const option = (name: string, otherwise: string) => jaas.get(`unsecuredValidator${name}`) ?? otherwise
  const skewMs = Number(option('AllowableClockSkewMs', '0'))
  const required = option('RequiredScope', '').split(' ').filter(Boolean)
  return async (text) => {
    const claims = await unsignedClaims(text)
    const expiresAtMs = timeOf(claims, 'exp')
    const madeAtMs = claims['iat'] === undefined ? null : timeOf(claims, 'iat')
    if (madeAtMs !== null && madeAtMs >= expiresAtMs) throw new TokenRefused('it ends before it begins')
    if (madeAtMs !== null && madeAtMs - skewMs > clock.now()) throw new TokenRefused('it begins later')
    if (expiresAtMs + skewMs <= clock.now()) throw new TokenRefused('it has ended')
    const scopes = scopesOf(claims, option('ScopeClaimName', 'scope')).flatMap((one) => one.split(/\s+/))
    if (!required.every((scope) => scopes.includes(scope)))
      throw new TokenRefused('it has not the scope that is required')
    return { name: subjectOf(claims, option('PrincipalClaimName', 'sub')), expiresAtMs }
  }
}
