import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { Random } from '@sluice/effects'

/** Where in a shard the next read begins. */
export interface ShardPosition {
  /** The stream's uuid, which tells it from others of its name. */
  stream: string
  streamName: string
  shard: number
  offset: number
  issuedAtMs: number
}

const cipher = 'aes-128-gcm'
export const iteratorKeyBytes = 16
const nonceBytes = 12
const tagBytes = 16

/** Where it points to is for nobody to read or to alter. */
export function sealIterator(
  key: KeyObject,
  { stream, streamName, shard, offset, issuedAtMs }: ShardPosition,
  random: Random,
): string {
  const nonce = random.bytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce)
  // A stream cipher: all of it is there at once.
  const sealed = sealing.update(`${stream} ${streamName} ${shard} ${offset} ${issuedAtMs}`, 'utf8')
  sealing.final()
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64')
}

/** Undefined for what was not sealed with this key. */
export function openIterator(key: KeyObject, iterator: string): ShardPosition | undefined {
  const bytes = Buffer.from(iterator, 'base64')
  const sealedAt = nonceBytes + tagBytes
  if (bytes.length <= sealedAt || bytes.toString('base64') !== iterator) return undefined
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes)).setAuthTag(
      bytes.subarray(nonceBytes, sealedAt),
    )
    const text = opening.update(bytes.subarray(sealedAt), undefined, 'utf8') + opening.final('utf8')
    const [stream = '', streamName = '', ...numbers] = text.split(' ')
    const [shard = 0, offset = 0, issuedAtMs = 0] = numbers.map(Number)
    return { stream, streamName, shard, offset, issuedAtMs }
  } catch {
    return undefined
  }
}
