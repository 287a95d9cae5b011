import type { JSONWebKeySet, JWK } from 'jose'
import type { Clock } from '@sluice/effects'
import { jose, type KeySet, TokenRefused } from './web-token.ts'

/** Issuers publish a handful. */
const keysMax = 100

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
  #keys: KeySet | null = null
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

  /** Old ones are good until there are others. Throws TokenRefused where there are none at all. */
  async known(): Promise<KeySet> {
    const isOld = this.#clock.monotonic() - this.#readAtMs >= this.#times.refreshMs
    if (!this.#keys) return this.renewed()
    if (isOld) void this.renewed()
    return this.#keys
  }

  /** Those that there are now, as far as that may be asked again. Throws TokenRefused where there are none at all. */
  async renewed(): Promise<KeySet> {
    if (this.#clock.monotonic() >= this.#mayReadAtMs)
      this.#reading ??= this.#readOnce().finally(() => (this.#reading = null))
    await this.#reading
    if (!this.#keys) throw new TokenRefused('the keys of its issuer cannot be read')
    return this.#keys
  }

  async #readOnce(): Promise<void> {
    const { retryBackoffMs, retryBackoffMsMax } = this.#times
    try {
      const published = publishedKeys(await this.#read())
      const { createLocalJWKSet } = await jose()
      this.#keys = createLocalJWKSet(published)
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

/** What is no key is left aside; throws where it is no set of keys, and shows nothing of what it is instead. */
export function publishedKeys(text: string): JSONWebKeySet {
  const { keys } = parsed(text)
  if (!Array.isArray(keys)) throw new Error('it has no keys')
  const isKey = (one: unknown): one is JWK => typeof one === 'object' && one !== null && !Array.isArray(one)
  return { keys: keys.filter(isKey).slice(0, keysMax) }
}

function parsed(text: string): { keys?: unknown } {
  try {
    return Object(JSON.parse(text)) as { keys?: unknown }
  } catch {
    throw new Error('it is not JSON')
  }
}
