import { type Clock, isSystemError } from '@sluice/effects'
import { ApiVersions, ErrorCode, SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import type { RefusalLog } from '../refusal-log.ts'
import {
  type Identity,
  invalidCredentials,
  LoginRefused,
  type SaslExchange,
  type SaslMechanism,
} from './mechanism.ts'

/** Who authenticates a session anew more often than that does nothing else: it is not heard (KIP-368). */
const reauthenticationMsMin = 1_000

const noBytes = Buffer.alloc(0)

interface LoginOptions {
  readonly clock: Clock
  readonly refusals: RefusalLog
  readonly mechanisms: ReadonlyMap<string, SaslMechanism>
  /** Nobody is let in as this one. */
  readonly refusedPrincipal: string | null
  /** connections.max.reauth.ms; 0: a session lasts as long as what was shown for it is good. */
  readonly sessionMsMax: (mechanism: string) => number
  /** connection.failed.authentication.delay.ms: whoever guesses waits for each try. */
  readonly failureDelayMs: () => number
}

interface Authenticated {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly authBytes: Buffer
  readonly sessionLifetimeMs: number
}

/**
 * How whoever comes by a SASL listener says who they are, and says it again (KIP-43, KIP-152, KIP-368):
 *
 * 1. `handshake`: the client names a mechanism; nothing but that and ApiVersions is answered before.
 * 2. `exchange`: bytes go to and fro, in SaslAuthenticate, or bare after a handshake of version 0.
 * 3. `done`: everything is served, until the session ends. A handshake begins one that ends anew, as the same principal
 *    only.
 *
 * After a refusal the connection closes; where the mechanism has its own word for it, that goes first.
 */
export class SaslLogin {
  readonly #options: LoginOptions
  #state: 'handshake' | 'exchange' | 'done' | 'refused' = 'handshake'
  #mechanism: SaslMechanism | null = null
  #exchange: SaslExchange | null = null
  /** Refused in the mechanism's own words, which the client has to answer yet. */
  #refusal: LoginRefused | null = null
  #isBare = false
  #identity: Identity | null = null
  /** When the session was last begun anew, by the monotonic clock. */
  #renewedAtMs = Number.NEGATIVE_INFINITY
  /** By the monotonic clock. */
  #sessionEndsAtMs = Number.POSITIVE_INFINITY

  constructor(options: LoginOptions) {
    this.#options = options
  }

  /** Who it is; null before it is known. */
  get identity(): Identity | null {
    return this.#identity
  }

  /** The next frame is bytes of the mechanism and no request. */
  get takesBareBytes(): boolean {
    return this.#isBare && this.#state === 'exchange'
  }

  /** Why a request of this API closes the connection now; null where it is served. */
  objectionTo(apiKey: number): string | null {
    switch (this.#state) {
      case 'handshake':
        return apiKey === ApiVersions.apiKey || apiKey === SaslHandshake.apiKey
          ? null
          : 'a request before the login'
      case 'exchange':
        return apiKey === SaslAuthenticate.apiKey ? null : 'another request during the login'
      case 'refused':
        return 'a request after a login that was refused'
      case 'done':
        if (apiKey === SaslHandshake.apiKey || this.#options.clock.monotonic() < this.#sessionEndsAtMs)
          return null
        return 'the session has ended and was not authenticated anew'
    }
  }

  /** `client` is the address that it comes from. */
  handshake(name: string, version: number, client: string): { errorCode: number; mechanisms: string[] } {
    const { mechanisms, clock, refusals } = this.#options
    const isAnew = this.#identity !== null
    const endsNever = this.#sessionEndsAtMs === Number.POSITIVE_INFINITY
    // The session goes on as it is.
    if (isAnew && (endsNever || clock.monotonic() - this.#renewedAtMs < reauthenticationMsMin))
      return { errorCode: ErrorCode.ILLEGAL_SASL_STATE, mechanisms: [] }
    const mechanism = mechanisms.get(name)
    const names = [...mechanisms.keys()]
    const refused = (errorCode: number, reason: string) => {
      refusals.tell('a login is refused', client, reason, { served: names.join(', ') })
      this.#state = 'refused'
      return { errorCode, mechanisms: names }
    }
    if (!mechanism)
      return refused(ErrorCode.UNSUPPORTED_SASL_MECHANISM, `this listener has no mechanism ${name}`)
    if (isAnew && mechanism !== this.#mechanism)
      return refused(ErrorCode.ILLEGAL_SASL_STATE, `its session began by another mechanism than ${name}`)
    if (isAnew) this.#renewedAtMs = clock.monotonic()
    this.#mechanism = mechanism
    this.#exchange = mechanism.begin()
    this.#isBare = version === 0
    this.#state = 'exchange'
    return { errorCode: ErrorCode.NONE, mechanisms: names }
  }

  /** Has the next step of the exchange been refused, the answer comes late, and the connection is to close after it. */
  async authenticate(token: Buffer, client: string): Promise<Authenticated> {
    const { clock, refusals } = this.#options
    if (this.#refusal) return this.#refused(this.#refusal.message)
    try {
      const step = await (this.#exchange as SaslExchange).evaluate(token, client)
      return accepted(step.reply, step.done ? this.#begin(step.done) : 0)
    } catch (error) {
      if (!(error instanceof LoginRefused) && !isSystemError(error)) throw error
      const refusal =
        error instanceof LoginRefused ? error : new LoginRefused('Authentication failed', error.message)
      if (refusal.challenge) this.#refusal = refusal
      else this.#state = 'refused'
      const { message, reason, challenge, facts } = refusal
      refusals.tell('a login is refused', client, reason, { mechanism: this.#mechanism?.name, ...facts })
      await clock.sleep(this.#options.failureDelayMs())
      return challenge ? accepted(challenge, 0) : this.#refused(message)
    }
  }

  #refused(errorMessage: string): Authenticated {
    this.#state = 'refused'
    const errorCode = ErrorCode.SASL_AUTHENTICATION_FAILED
    return { errorCode, errorMessage, authBytes: noBytes, sessionLifetimeMs: 0 }
  }

  get isUnderWay(): boolean {
    return this.#state === 'exchange'
  }

  get isRefused(): boolean {
    return this.#state === 'refused'
  }

  /** Returns how long the session lasts, ms; 0: without end. */
  #begin(identity: Identity): number {
    const { clock, refusedPrincipal, sessionMsMax } = this.#options
    const mechanism = this.#mechanism?.name ?? ''
    if (identity.principal === refusedPrincipal)
      throw invalidCredentials(mechanism, `nobody comes to this listener as ${refusedPrincipal}`)
    const before = this.#identity
    if (before !== null && before.principal !== identity.principal)
      throw new LoginRefused(
        // Apache Kafka writes a dot between type and name here, and people look for that text.
        `Cannot change principals during re-authentication from ${dotted(before.principal)}: ${dotted(identity.principal)}`,
      )
    const max = sessionMsMax(mechanism)
    const shownMs =
      identity.expiresAtMs === null ? Number.POSITIVE_INFINITY : identity.expiresAtMs - clock.now()
    // Whatever ends first ends the session, as on Apache Kafka: what was shown, or what the broker allows (KIP-368).
    const lifetimeMs = Math.max(0, Math.floor(Math.min(shownMs, max > 0 ? max : Number.POSITIVE_INFINITY)))
    this.#identity = identity
    this.#state = 'done'
    this.#exchange = null
    this.#sessionEndsAtMs = clock.monotonic() + lifetimeMs
    return Number.isFinite(lifetimeMs) ? lifetimeMs : 0
  }
}

function dotted(principal: string): string {
  return principal.replace(':', '.')
}

function accepted(authBytes: Buffer, sessionLifetimeMs: number): Authenticated {
  return { errorCode: ErrorCode.NONE, errorMessage: null, authBytes, sessionLifetimeMs }
}
