import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '@sluice/effects'

const cipher = 'aes-256-gcm'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * What stands between two pages, for nobody to read or to alter: a token is good for the operation that has given it, as
 * long as the service runs.
 */
export class PageTokens {
  readonly #random: Random
  readonly #key: Buffer

  constructor(random: Random) {
    this.#random = random
    this.#key = Buffer.from(random.bytes(keyBytes))
  }

  seal(operation: string, text: string): string {
    const nonce = this.#random.bytes(nonceBytes)
    const sealing = createCipheriv(cipher, this.#key, nonce).setAAD(Buffer.from(operation))
    const sealed = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
    return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url')
  }

  /** Undefined for what is no token of this operation. */
  open(operation: string, token: string): string | undefined {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length < nonceBytes + tagBytes) return undefined
    try {
      const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(operation))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return opening.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + opening.final('utf8')
    } catch {
      return undefined
    }
  }
}
