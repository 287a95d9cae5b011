import { createHash } from 'node:crypto'

/** Where a record goes is decided by a number of 128 bits. */
export const hashKeyMax = (1n << 128n) - 1n

/** Of a partition key: its MD5. */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`)
}

/** A hash key as AWS writes it, in decimal digits; undefined for what is none. */
export function parseHashKey(text: string): bigint | undefined {
  if (!/^(?:0|[1-9]\d{0,38})$/.test(text)) return undefined
  const value = BigInt(text)
  return value > hashKeyMax ? undefined : value
}
