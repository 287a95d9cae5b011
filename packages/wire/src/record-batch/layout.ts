/**
 * Fields of a record batch (magic 2) at their places in a buffer: no objects, no copies. `at` is where the batch
 * starts. Nothing here checks lengths: `frameAt` says whether a whole batch stands at a place.
 */
import { type Int64, readInt64, readOffset, writeInt64 } from '../int64.ts'
import { crc32c } from './crc32c.ts'

const baseOffsetAt = 0
const batchLengthAt = 8
const partitionLeaderEpochAt = 12
const magicAt = 16
const crcAt = 17
export const attributesAt = 21
const lastOffsetDeltaAt = 23
const baseTimestampAt = 27
const maxTimestampAt = 35
const producerIdAt = 43
const producerEpochAt = 51
const baseSequenceAt = 53
const countAt = 57
/** Where the records start: the size of a batch's header. */
export const recordsAt = 61
export const headerBytes = recordsAt

/** Base offset and batch length: what stands before the bytes that the batch length counts, in every magic. */
export const logOverheadBytes = 12
export const currentMagic = 2

const codecMask = 0x07
const logAppendTimeBit = 0x08
const transactionalBit = 0x10
const controlBit = 0x20
/** With it the base timestamp is when tombstones of this batch may go (KIP-534). */
const deleteHorizonBit = 0x40

export const noProducerId = -1
export const noProducerEpoch = -1
export const noSequence = -1
export const noTimestamp = -1
export const noPartitionLeaderEpoch = -1

export const TimestampType = { createTime: 0, logAppendTime: 1 } as const
export type TimestampType = (typeof TimestampType)[keyof typeof TimestampType]

/** A number, because no log gets to its 2^53rd record; whoever reads a stranger's bytes refuses what is none. */
export const baseOffset = (b: Buffer, at: number): number => readOffset(b, at + baseOffsetAt)
/** Bytes after the batch length field. */
export const batchLength = (b: Buffer, at: number): number => b.readInt32BE(at + batchLengthAt)
export const sizeInBytes = (b: Buffer, at: number): number => batchLength(b, at) + logOverheadBytes
export const partitionLeaderEpoch = (b: Buffer, at: number): number =>
  b.readInt32BE(at + partitionLeaderEpochAt)
/** Whether so few bytes reach to the magic. */
export const reachesMagic = (length: number): boolean => length > magicAt
/** Magic 0 and 1 have it at the same place. */
export const magic = (b: Buffer, at: number): number => b.readInt8(at + magicAt)
export const crc = (b: Buffer, at: number): number => b.readUInt32BE(at + crcAt)
export const attributes = (b: Buffer, at: number): number => b.readInt16BE(at + attributesAt)
/** The codec's id as it stands there, 0 to 7; 5 to 7 mean nothing. */
export const codec = (b: Buffer, at: number): number => attributes(b, at) & codecMask
export const timestampType = (b: Buffer, at: number): TimestampType =>
  (attributes(b, at) & logAppendTimeBit) !== 0 ? TimestampType.logAppendTime : TimestampType.createTime
export const isTransactional = (b: Buffer, at: number): boolean =>
  (attributes(b, at) & transactionalBit) !== 0
export const isControl = (b: Buffer, at: number): boolean => (attributes(b, at) & controlBit) !== 0
export const hasDeleteHorizon = (b: Buffer, at: number): boolean =>
  (attributes(b, at) & deleteHorizonBit) !== 0
export const lastOffsetDelta = (b: Buffer, at: number): number => b.readInt32BE(at + lastOffsetDeltaAt)
export const lastOffset = (b: Buffer, at: number): number => baseOffset(b, at) + lastOffsetDelta(b, at)
export const nextOffset = (b: Buffer, at: number): number => lastOffset(b, at) + 1
export const baseTimestamp = (b: Buffer, at: number): Int64 => readInt64(b, at + baseTimestampAt)
export const maxTimestamp = (b: Buffer, at: number): Int64 => readInt64(b, at + maxTimestampAt)
export const producerId = (b: Buffer, at: number): Int64 => readInt64(b, at + producerIdAt)
export const producerEpoch = (b: Buffer, at: number): number => b.readInt16BE(at + producerEpochAt)
export const baseSequence = (b: Buffer, at: number): number => b.readInt32BE(at + baseSequenceAt)
export const count = (b: Buffer, at: number): number => b.readInt32BE(at + countAt)

/** Sequence numbers go round after 2^31 - 1. */
export function lastSequence(b: Buffer, at: number): number {
  const first = baseSequence(b, at)
  return first === noSequence ? noSequence : addSequence(first, lastOffsetDelta(b, at))
}

export function addSequence(sequence: number, increment: number): number {
  const sum = sequence + increment
  return sum > 0x7fffffff ? sum - 0x8000_0000 : sum
}

/** What attributes a builder writes. */
export function attributesOf(flags: {
  codec: number
  logAppendTime: boolean
  transactional: boolean
  control: boolean
  deleteHorizon: boolean
}): number {
  return (
    flags.codec |
    (flags.logAppendTime ? logAppendTimeBit : 0) |
    (flags.transactional ? transactionalBit : 0) |
    (flags.control ? controlBit : 0) |
    (flags.deleteHorizon ? deleteHorizonBit : 0)
  )
}

/** Outside the CRC: a leader assigns it in place. */
export function setBaseOffset(b: Buffer, at: number, value: number): void {
  writeInt64(b, at + baseOffsetAt, value)
}

/** Outside the CRC. */
export function setPartitionLeaderEpoch(b: Buffer, at: number, value: number): void {
  b.writeInt32BE(value, at + partitionLeaderEpochAt)
}

/** Sets timestamp type and largest timestamp; where either changes, the CRC is made anew. The records stay. */
export function setMaxTimestamp(b: Buffer, at: number, type: TimestampType, timestampMs: Int64): void {
  if (timestampType(b, at) === type && maxTimestamp(b, at) === timestampMs) return
  const others = attributes(b, at) & ~logAppendTimeBit
  b.writeInt16BE(type === TimestampType.logAppendTime ? others | logAppendTimeBit : others, at + attributesAt)
  writeInt64(b, at + maxTimestampAt, timestampMs)
  updateCrc(b, at, sizeInBytes(b, at))
}

/** Of a batch whose records were compressed anew; the CRC is made anew by whoever changes it last. */
export function setSizeAndCodec(b: Buffer, at: number, size: number, codecId: number): void {
  b.writeInt32BE(size - logOverheadBytes, at + batchLengthAt)
  b.writeInt16BE((attributes(b, at) & ~codecMask) | codecId, at + attributesAt)
}

function setProducerState(b: Buffer, at: number, id: Int64, epoch: number, sequence: number): void {
  writeInt64(b, at + producerIdAt, id)
  b.writeInt16BE(epoch, at + producerEpochAt)
  b.writeInt32BE(sequence, at + baseSequenceAt)
}

export function isCrcValid(b: Buffer, at: number, size: number): boolean {
  return crc32c(b, at + attributesAt, at + size) === crc(b, at)
}

export function updateCrc(b: Buffer, at: number, size: number): void {
  b.writeUInt32BE(crc32c(b, at + attributesAt, at + size), at + crcAt)
}

interface HeaderFields {
  baseOffset: number
  batchLength: number
  partitionLeaderEpoch: number
  attributes: number
  lastOffsetDelta: number
  baseTimestamp: Int64
  maxTimestamp: Int64
  producerId: Int64
  producerEpoch: number
  baseSequence: number
  count: number
}

/** Writes all but the CRC, which wants the records in place: `updateCrc` follows. */
export function writeHeader(b: Buffer, at: number, fields: HeaderFields): void {
  writeInt64(b, at + baseOffsetAt, fields.baseOffset)
  b.writeInt32BE(fields.batchLength, at + batchLengthAt)
  b.writeInt32BE(fields.partitionLeaderEpoch, at + partitionLeaderEpochAt)
  b.writeInt8(currentMagic, at + magicAt)
  b.writeInt16BE(fields.attributes, at + attributesAt)
  b.writeInt32BE(fields.lastOffsetDelta, at + lastOffsetDeltaAt)
  writeInt64(b, at + baseTimestampAt, fields.baseTimestamp)
  writeInt64(b, at + maxTimestampAt, fields.maxTimestamp)
  setProducerState(b, at, fields.producerId, fields.producerEpoch, fields.baseSequence)
  b.writeInt32BE(fields.count, at + countAt)
}

/** The smallest bytes that any magic's batch or message can have after its length field: a magic 0 message. */
const batchLengthMin = 14

export const BatchFrame = { incomplete: 0, invalid: -1 } as const

/**
 * The size of the batch that starts at `at`, of whatever magic; `incomplete` (0) when `end` cuts it off;
 * `invalid` (-1) when no batch can have the length that stands there.
 */
export function frameAt(b: Buffer, at: number, end: number): number {
  if (end - at < logOverheadBytes) return BatchFrame.incomplete
  const length = batchLength(b, at)
  if (length < batchLengthMin) return BatchFrame.invalid
  const size = length + logOverheadBytes
  if (!reachesMagic(end - at)) return BatchFrame.incomplete
  if (magic(b, at) >= currentMagic && size < headerBytes) return BatchFrame.invalid
  return size <= end - at ? size : BatchFrame.incomplete
}
