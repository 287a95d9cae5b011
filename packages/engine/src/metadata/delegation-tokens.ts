import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DelegationTokenRecord, ValueOf } from '@sluice/wire'
import type { BrokerConfig } from './configs.ts'
import type { MetadataImage } from './image.ts'

export type DelegationToken = ValueOf<typeof DelegationTokenRecord>

/**
 * The delegation tokens of a cluster (KIP-48) and their secrets. The metadata log has no secret: a token's is the HMAC of
 * its id by delegation.token.secret.key, which all nodes have.
 */
export class DelegationTokens {
  readonly #image: MetadataImage
  readonly #secretKey: string | null
  /** By the ids of tokens. */
  readonly #hmacs = new Map<string, Buffer>()

  constructor(options: { image: MetadataImage; config: BrokerConfig }) {
    this.#image = options.image
    this.#secretKey = options.config.value('delegation.token.secret.key') as string | null
  }

  /** Whoever has no secret key has no tokens. */
  get isEnabled(): boolean {
    return this.#secretKey !== null && this.#secretKey !== ''
  }

  all(): Iterable<DelegationToken> {
    return this.#image.security.delegationTokens()
  }

  byId(tokenId: string): DelegationToken | undefined {
    return this.isEnabled ? this.#image.security.delegationToken(tokenId) : undefined
  }

  /** Compared in constant time: it is the token's secret. */
  byHmac(hmac: Buffer): DelegationToken | undefined {
    for (const token of this.all()) {
      const own = this.hmacOf(token.tokenId)
      if (own.length === hmac.length && timingSafeEqual(own, hmac)) return token
    }
    return undefined
  }

  hmacOf(tokenId: string): Buffer {
    let hmac = this.#hmacs.get(tokenId)
    if (!hmac) {
      hmac = createHmac('sha512', this.#secretKey ?? '')
        .update(tokenId)
        .digest()
      // Those of tokens that are gone.
      if (this.#hmacs.size > 2 * this.#image.security.delegationTokenCount) this.#hmacs.clear()
      this.#hmacs.set(tokenId, hmac)
    }
    return hmac
  }
}

export function hasEnded({ maxTimestamp, expirationTimestamp }: DelegationToken, nowMs: number): boolean {
  return Number(maxTimestamp) < nowMs || Number(expirationTimestamp) < nowMs
}

/** `User:alice` */
export function principalText(principal: { principalType: string; principalName: string }): string {
  return `${principal.principalType}:${principal.principalName}`
}

export function principalParts(principal: string): { principalType: string; principalName: string } {
  const at = principal.indexOf(':')
  return { principalType: principal.slice(0, at), principalName: principal.slice(at + 1) }
}

/** As answers name who has asked for a token; those of older versions have no place for it (KIP-373). */
export function requesterParts(requester: string, apiVersion: number) {
  const { principalType, principalName } =
    apiVersion >= 3 ? principalParts(requester) : { principalType: '', principalName: '' }
  return { tokenRequesterPrincipalType: principalType, tokenRequesterPrincipalName: principalName }
}
