import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Clock } from '@sluice/effects'
import { algorithmOf, suits, TokenRefused, type WebToken } from './web-token.ts'

/** Issuers publish a handful. */
const keysMax = 100

interface PublishedKey {
  readonly id: string | null
  /** The only algorithm that it is for, where it says so. */
  readonly algorithm: string | null
  readonly key: KeyObject
}

/** Of sasl.oauthbearer.jwks.endpoint. */
interface RefreshTimes {
  readonly refreshMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMsMax: number
}

/**
 * The keys that an issuer of tokens publishes (RFC 7517). They are read when the first token comes, again when they are
 * old, and again when a token names one that is not among them; but then, and after a failure, never more often than the
 * backoff allows, however many tokens come.
 */
export class TokenKeys {
  readonly #clock: Clock
  readonly #times: RefreshTimes
  readonly #read: () => Promise<string>
  readonly #failed: (error: unknown) => void
  #keys: readonly PublishedKey[] | null = null
  #reading: Promise<void> | null = null
  /** By the monotonic clock. */
  #readAtMs = Number.NEGATIVE_INFINITY
  #mayReadAtMs = Number.NEGATIVE_INFINITY
  #failures = 0

  constructor(options: {
    clock: Clock
    times: RefreshTimes
    read: () => Promise<string>
    failed: (error: unknown) => void
  }) {
    this.#clock = options.clock
    this.#times = options.times
    this.#read = options.read
    this.#failed = options.failed
  }

  /** Those that may have signed the token. */
  async of(token: WebToken): Promise<KeyObject[]> {
    const isOld = this.#clock.monotonic() - this.#readAtMs >= this.#times.refreshMs
    // Old ones are good until there are others.
    if (!this.#keys) await this.#refresh()
    else if (isOld) void this.#refresh()
    const found = this.#among(token)
    if (found.length > 0) return found
    await this.#refresh()
    return this.#among(token)
  }

  #among(token: WebToken): KeyObject[] {
    const algorithm = algorithmOf(token)
    const { alg, kid } = token.header
    return (this.#keys ?? [])
      .filter((one) => kid === undefined || one.id === kid)
      .filter((one) => one.algorithm === null || one.algorithm === alg)
      .filter(({ key }) => suits(key, algorithm))
      .map(({ key }) => key)
  }

  /** Throws where there are none at all. */
  async #refresh(): Promise<void> {
    if (this.#clock.monotonic() >= this.#mayReadAtMs)
      this.#reading ??= this.#readOnce().finally(() => (this.#reading = null))
    await this.#reading
    if (!this.#keys) throw new TokenRefused('the keys of its issuer cannot be read')
  }

  async #readOnce(): Promise<void> {
    const { retryBackoffMs, retryBackoffMsMax } = this.#times
    try {
      this.#keys = publishedKeys(await this.#read())
      this.#failures = 0
      this.#readAtMs = this.#clock.monotonic()
      this.#mayReadAtMs = this.#readAtMs + retryBackoffMsMax
    } catch (error) {
      this.#failed(error)
      const backoffMs = Math.min(retryBackoffMs * 2 ** this.#failures++, retryBackoffMsMax)
      this.#mayReadAtMs = this.#clock.monotonic() + backoffMs
    }
  }
}

/** Keys of types that verify nothing here are left aside; throws where it is no set of keys. */
export function publishedKeys(text: string): PublishedKey[] {
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('it has no keys')
  return keys.slice(0, keysMax).flatMap((jwk: JsonWebKey & Record<string, unknown>) => {
    if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return []
    try {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      return [{ id: textOf(jwk['kid']), algorithm: textOf(jwk['alg']), key }]
    } catch {
      return []
    }
  })
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
