import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { Random } from '@sluice/effects'

/** What is known of a session by its token alone. */
export interface Session {
  readonly accessKeyId: string
  /** Of the user, the role, or the account's owner. */
  readonly identity: string
  /** Of a session of a role. */
  readonly name: string | null
  /** The policies to which it was bounded, as texts. */
  readonly policies: readonly string[]
  readonly expiresAtMs: number
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Sessions live in their tokens, sealed under a key that comes from the secret of the account's owner: nothing of them is
 * kept, they outlive a restart, every broker that knows the owner knows them, and they end with the owner's key.
 */
export class SessionTokens {
  readonly #key: Buffer

  constructor(ownerSecret: string) {
    this.#key = createHmac('sha256', ownerSecret).update('sluice session tokens, 1').digest()
  }

  seal(session: Session, random: Random): string {
    const nonce = random.bytes(nonceBytes)
    const sealing = createCipheriv(cipher, this.#key, nonce)
    const sealed = Buffer.concat([sealing.update(JSON.stringify(session), 'utf8'), sealing.final()])
    return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64')
  }

  /** Null where the token is none of ours. */
  open(token: string): Session | null {
    const bytes = Buffer.from(token, 'base64')
    if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64') !== token) return null
    const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, nonceBytes))
    opening.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    try {
      const text = Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()])
      return JSON.parse(text.toString()) as Session
    } catch {
      return null
    }
  }

  secretOf(accessKeyId: string): string {
    const secret = createHmac('sha256', this.#key).update(`secret of ${accessKeyId}`).digest('base64')
    return secret.slice(0, 40)
  }
}
