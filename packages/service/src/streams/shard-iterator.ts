import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '@sluice/effects'
import type { StreamRecord } from './stream-record.ts'

/** Where in a shard the next read begins. */
export interface ShardPosition {
  shard: number
  offset: number
  issuedAtMs: number
}

const cipher = 'aes-128-gcm'
export const iteratorKeyBytes = 16
const nonceBytes = 12
const tagBytes = 16
const uuidBytes = 16

interface Seal {
  key: KeyObject
  /** Of the stream. */
  id: Buffer
}

/** By stream; each read of a shard wants it. Records are replaced when something of them changes. */
const seals = new WeakMap<object, Seal>()

function sealOf(record: Pick<StreamRecord, 'uuid' | 'iteratorKey'>): Seal {
  const known = seals.get(record)
  if (known) return known
  const key = createSecretKey(record.iteratorKey, 'base64')
  const seal = { key, id: Buffer.from(record.uuid.replaceAll('-', ''), 'hex') }
  seals.set(record, seal)
  return seal
}

/** For whom it is stands in front; where it points to is for nobody to read or to alter. */
export function sealIterator(
  record: Pick<StreamRecord, 'uuid' | 'iteratorKey'>,
  { shard, offset, issuedAtMs }: ShardPosition,
  random: Random,
): string {
  const { key, id } = sealOf(record)
  const nonce = random.bytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(id)
  // A stream cipher: all of it is there at once.
  const sealed = sealing.update(`${shard} ${offset} ${issuedAtMs}`, 'utf8')
  sealing.final()
  return Buffer.concat([id, nonce, sealing.getAuthTag(), sealed]).toString('base64')
}

/** The uuid of the stream that an iterator is for, be it genuine or not; undefined for what is no iterator. */
export function streamOfIterator(iterator: string): string | undefined {
  const bytes = Buffer.from(iterator, 'base64')
  if (bytes.length <= uuidBytes + nonceBytes + tagBytes) return undefined
  const hex = bytes.toString('hex', 0, uuidBytes)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Undefined for one that this stream has not given. */
export function openIterator(
  record: Pick<StreamRecord, 'uuid' | 'iteratorKey'>,
  iterator: string,
): ShardPosition | undefined {
  const bytes = Buffer.from(iterator, 'base64')
  const sealedAt = uuidBytes + nonceBytes + tagBytes
  if (bytes.length <= sealedAt || bytes.toString('base64') !== iterator) return undefined
  const nonce = bytes.subarray(uuidBytes, uuidBytes + nonceBytes)
  try {
    const opening = createDecipheriv(cipher, sealOf(record).key, nonce)
      .setAAD(bytes.subarray(0, uuidBytes))
      .setAuthTag(bytes.subarray(uuidBytes + nonceBytes, sealedAt))
    const text = opening.update(bytes.subarray(sealedAt), undefined, 'utf8') + opening.final('utf8')
    const [shard = 0, offset = 0, issuedAtMs = 0] = text.split(' ').map(Number)
    return { shard, offset, issuedAtMs }
  } catch {
    return undefined
  }
}
