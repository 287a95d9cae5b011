import { assert } from '@sluice/effects'
import { compress } from '../compression/codecs.ts'
import { type Int64, maxInt64, subtractInt64 } from '../int64.ts'
import * as layout from './layout.ts'
import { varintSize, varlongSize, writeVarint, writeVarlong } from './varints.ts'

export interface RecordInput {
  key?: Uint8Array | string | null
  value?: Uint8Array | string | null
  headers?: readonly { key: string; value: Uint8Array | string | null }[]
  /** Default: the batch's `timestamp`. */
  timestamp?: Int64
  /** Default: one after the record before it. Compaction leaves gaps. */
  offset?: number
}

export interface BatchInput {
  records: readonly RecordInput[]
  baseOffset?: number
  /** Default: that of the last record. Compaction keeps the offset of a last record that is gone. */
  lastOffset?: number
  /** Codec id, 0 to 4. Default: none. */
  codec?: number
  compressionLevel?: number
  /** For records that have none of their own, and for a batch without records. Default: -1. */
  timestamp?: Int64
  /** Makes it a batch with LogAppendTime, which is the largest timestamp then. */
  logAppendTimeMs?: Int64
  /** KIP-534: stands in the base timestamp. */
  deleteHorizonMs?: Int64
  producerId?: Int64
  producerEpoch?: number
  /** Default -1; the group and share coordinators' batches have 0 (see the golden files). */
  baseSequence?: number
  partitionLeaderEpoch?: number
  isTransactional?: boolean
  isControl?: boolean
}

/** A record batch, CRC included. A Promise only where the codec has no synchronous form (zstd on Node 20). */
export function buildBatch(input: BatchInput): Buffer | Promise<Buffer> {
  const codec = input.codec ?? 0
  if (codec === 0 || input.records.length === 0) return buildBatchSync(input)
  const section = Buffer.allocUnsafe(sectionBytes(input))
  writeRecords(section, 0, input)
  const compressed = compress(codec, section, input.compressionLevel)
  return compressed instanceof Promise
    ? compressed.then((bytes) => finish(input, bytes))
    : finish(input, compressed)
}

/** The same without compression. */
export function buildBatchSync(input: BatchInput): Buffer {
  assert(!input.codec || input.records.length === 0, 'buildBatchSync does not compress')
  const batch = Buffer.allocUnsafe(layout.headerBytes + sectionBytes(input))
  writeRecords(batch, layout.recordsAt, input)
  return seal(batch, input)
}

function finish(input: BatchInput, section: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(layout.headerBytes + section.length)
  section.copy(batch, layout.recordsAt)
  return seal(batch, input)
}

function baseTimestampOf(input: BatchInput): Int64 {
  return input.deleteHorizonMs ?? input.records[0]?.timestamp ?? input.timestamp ?? layout.noTimestamp
}

function seal(batch: Buffer, input: BatchInput): Buffer {
  const baseOffset = input.baseOffset ?? 0
  const records = input.records
  const lastRecordOffset = records.at(-1)?.offset ?? baseOffset + Math.max(records.length - 1, 0)
  let maxTimestamp: Int64 = records.length === 0 ? (input.timestamp ?? layout.noTimestamp) : -Infinity
  for (const record of records)
    maxTimestamp = maxInt64(maxTimestamp, record.timestamp ?? input.timestamp ?? layout.noTimestamp)
  layout.writeHeader(batch, 0, {
    baseOffset,
    batchLength: batch.length - layout.logOverheadBytes,
    partitionLeaderEpoch: input.partitionLeaderEpoch ?? layout.noPartitionLeaderEpoch,
    attributes: layout.attributesOf({
      codec: input.codec ?? 0,
      logAppendTime: input.logAppendTimeMs !== undefined,
      transactional: input.isTransactional ?? false,
      control: input.isControl ?? false,
      deleteHorizon: input.deleteHorizonMs !== undefined,
    }),
    lastOffsetDelta: (input.lastOffset ?? lastRecordOffset) - baseOffset,
    baseTimestamp: baseTimestampOf(input),
    maxTimestamp: input.logAppendTimeMs ?? maxTimestamp,
    producerId: input.producerId ?? layout.noProducerId,
    producerEpoch: input.producerEpoch ?? layout.noProducerEpoch,
    baseSequence: input.baseSequence ?? layout.noSequence,
    count: records.length,
  })
  layout.updateCrc(batch, 0, batch.length)
  return batch
}

const byteLength = (bytes: Uint8Array | string): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length

function lengthPrefixedSize(bytes: Uint8Array | string | null | undefined): number {
  if (bytes === null || bytes === undefined) return 1
  const length = byteLength(bytes)
  return varintSize(length) + length
}

function bodyBytes(record: RecordInput, timestampDelta: Int64, offsetDelta: number): number {
  const headers = record.headers ?? []
  let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta)
  size += lengthPrefixedSize(record.key) + lengthPrefixedSize(record.value) + varintSize(headers.length)
  for (const header of headers) size += lengthPrefixedSize(header.key) + lengthPrefixedSize(header.value)
  return size
}

/** Calls `each` with every record and its deltas. */
function eachRecord(
  input: BatchInput,
  each: (record: RecordInput, timestampDelta: Int64, offsetDelta: number) => void,
): void {
  const baseTimestamp = baseTimestampOf(input)
  const baseOffset = input.baseOffset ?? 0
  for (const [index, record] of input.records.entries()) {
    const timestamp = record.timestamp ?? input.timestamp ?? layout.noTimestamp
    each(
      record,
      subtractInt64(timestamp, baseTimestamp),
      record.offset === undefined ? index : record.offset - baseOffset,
    )
  }
}

function sectionBytes(input: BatchInput): number {
  let total = 0
  eachRecord(input, (record, timestampDelta, offsetDelta) => {
    const body = bodyBytes(record, timestampDelta, offsetDelta)
    total += varintSize(body) + body
  })
  return total
}

function writeRecords(target: Buffer, from: number, input: BatchInput): void {
  let at = from
  eachRecord(input, (record, timestampDelta, offsetDelta) => {
    at = writeVarint(target, at, bodyBytes(record, timestampDelta, offsetDelta))
    target[at++] = 0
    at = writeVarlong(target, at, timestampDelta)
    at = writeVarint(target, at, offsetDelta)
    at = writeLengthPrefixed(target, at, record.key)
    at = writeLengthPrefixed(target, at, record.value)
    const headers = record.headers ?? []
    at = writeVarint(target, at, headers.length)
    for (const header of headers) {
      at = writeLengthPrefixed(target, at, header.key)
      at = writeLengthPrefixed(target, at, header.value)
    }
  })
}

function writeLengthPrefixed(
  target: Buffer,
  at: number,
  bytes: Uint8Array | string | null | undefined,
): number {
  if (bytes === null || bytes === undefined) return writeVarint(target, at, -1)
  const length = byteLength(bytes)
  const next = writeVarint(target, at, length)
  if (typeof bytes === 'string') target.write(bytes, next, 'utf8')
  else target.set(bytes, next)
  return next + length
}
