import { pbkdf2Sync } from 'node:crypto'
import type { Random } from '@sluice/effects'
import type { DelegationTokens } from '../../metadata/delegation-tokens.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { Identity } from './mechanism.ts'
import { credentialFrom, type ScramCredential, scramMechanisms, type ScramMechanismName } from './scram.ts'

const tokenIterations = 4_096
const saltBytes = 16
/** Of credentials of tokens that are kept: each takes some milliseconds to derive. */
const keptMax = 10_000

interface Known {
  readonly credential: ScramCredential
  readonly identity: Identity
}

/** Whom a broker knows for one mechanism of SCRAM: users, and delegation tokens, whose password is their secret (KIP-48). */
export class ScramUsers {
  readonly #mechanism: ScramMechanismName
  readonly #metadata: MetadataImage
  readonly #tokens: DelegationTokens
  readonly #random: Random
  /** By the ids of tokens. */
  readonly #ofTokens = new Map<string, ScramCredential>()

  constructor(options: {
    mechanism: ScramMechanismName
    metadata: MetadataImage
    tokens: DelegationTokens
    random: Random
  }) {
    this.#mechanism = options.mechanism
    this.#metadata = options.metadata
    this.#tokens = options.tokens
    this.#random = options.random
  }

  user(name: string): Known | undefined {
    const { id } = scramMechanisms[this.#mechanism]
    const credential = this.#metadata.security.scramCredential(id, name)
    return credential && { credential, identity: { principal: `User:${name}`, expiresAtMs: null } }
  }

  token(tokenId: string): Known | undefined {
    const token = this.#tokens.byId(tokenId)
    if (!token) return undefined
    const identity = {
      principal: token.owner,
      expiresAtMs: Number(token.expirationTimestamp),
      isByToken: true,
    }
    return { credential: this.#credentialOfToken(tokenId), identity }
  }

  #credentialOfToken(tokenId: string): ScramCredential {
    const kept = this.#ofTokens.get(tokenId)
    if (kept) return kept
    const { hash, bytes } = scramMechanisms[this.#mechanism]
    const salt = Buffer.from(this.#random.bytes(saltBytes))
    const password = this.#tokens.hmacOf(tokenId).toString('base64')
    const saltedPassword = pbkdf2Sync(password, salt, tokenIterations, bytes, hash)
    const credential = credentialFrom(this.#mechanism, { salt, iterations: tokenIterations, saltedPassword })
    if (this.#ofTokens.size >= keptMax) this.#ofTokens.clear()
    this.#ofTokens.set(tokenId, credential)
    return credential
  }
}
