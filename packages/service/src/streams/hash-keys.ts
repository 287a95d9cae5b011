import { hash } from 'node:crypto'

/** Where a record goes is decided by a number of 128 bits. */
export const hashKeyMax = (1n << 128n) - 1n

/** Of a partition key: its MD5. */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${hash('md5', partitionKey, 'hex')}`)
}

/** 2^128 by the golden ratio. */
const goldenStep = 0x9e3779b97f4a7c15f39cc0605cedc835n

/**
 * Hash keys one after the other that spread over any number of shards: whatever share of all keys one has, it gets that share of
 * any few that follow each other, to within one or two.
 */
export class SpreadHashKeys {
  #last = 0n

  next(): bigint {
    this.#last = (this.#last + goldenStep) & hashKeyMax
    return this.#last
  }
}

/** A hash key as AWS writes it, in decimal digits; undefined for what is none. */
export function parseHashKey(text: string): bigint | undefined {
  if (!/^(?:0|[1-9]\d{0,38})$/.test(text)) return undefined
  const value = BigInt(text)
  return value > hashKeyMax ? undefined : value
}
