import { decompress, decompressedBytesMax } from '../compression/codecs.ts'
import { addInt64, type Int64 } from '../int64.ts'
import * as layout from './layout.ts'
import { cursor, readVarint, readVarlong } from './varints.ts'

/** A record as a reader sees it. Bytes are slices of the batch (or of what it was decompressed to), not copies. */
export interface RecordView {
  offset: number
  timestamp: Int64
  key: Buffer | null
  value: Buffer | null
  headers: RecordHeader[]
}

interface RecordHeader {
  key: string
  value: Buffer | null
}

/** The bytes are not what the format says. Where they came from a stranger this is an answer, not a bug. */
export class CorruptRecordError extends Error {
  override name = 'CorruptRecordError'
}

/**
 * The records of the batch at `at`, decompressed where needed. Control batches give their control records.
 * Throws CorruptRecordError, CorruptDataError or DecompressedSizeError; for a codec that has no synchronous
 * form here (zstd on Node 20) it throws a TypeError: `readRecordsAsync` reads every batch.
 */
export function readRecords(batch: Buffer, at = 0, maxBytes = decompressedBytesMax): RecordView[] {
  const section = recordsSection(batch, at, maxBytes)
  if (section instanceof Promise) {
    // Its outcome is of no interest, also not as an unhandled rejection.
    section.catch(() => {})
    throw new TypeError(`codec ${layout.codec(batch, at)} has no synchronous form here: use readRecordsAsync`)
  }
  return parseRecords(batch, at, section)
}

export async function readRecordsAsync(
  batch: Buffer,
  at = 0,
  maxBytes = decompressedBytesMax,
): Promise<RecordView[]> {
  return parseRecords(batch, at, await recordsSection(batch, at, maxBytes))
}

/** The bytes of the records of the batch at `at`: a slice where there is no codec. */
export function recordsSection(batch: Buffer, at: number, maxBytes: number): Buffer | Promise<Buffer> {
  const size = layout.frameAt(batch, at, batch.length)
  if (size <= 0) throw new CorruptRecordError(`no whole batch at ${at}`)
  if (layout.magic(batch, at) !== layout.currentMagic)
    throw new CorruptRecordError(`magic ${layout.magic(batch, at)} is not read`)
  const section = batch.subarray(at + layout.recordsAt, at + size)
  const codec = layout.codec(batch, at)
  return codec === 0 || layout.count(batch, at) === 0 ? section : decompress(codec, section, maxBytes)
}

/** Offsets and sizes of the whole batches in `bytes`; a batch that the end cuts off is left out (Fetch may cut). */
export function* batchesIn(bytes: Buffer): Generator<{ at: number; size: number }> {
  for (let at = 0; ; ) {
    const size = layout.frameAt(bytes, at, bytes.length)
    if (size === layout.BatchFrame.incomplete) return
    if (size === layout.BatchFrame.invalid) throw new CorruptRecordError(`no batch has the length at ${at}`)
    yield { at, size }
    at += size
  }
}

function parseRecords(batch: Buffer, batchAt: number, section: Buffer): RecordView[] {
  const count = layout.count(batch, batchAt)
  // A record has at least seven bytes.
  if (count < 0 || count > section.length / 7) throw new CorruptRecordError(`count ${count}`)
  const baseOffset = layout.baseOffset(batch, batchAt)
  const baseTimestamp = layout.baseTimestamp(batch, batchAt)
  const stamped = layout.timestampType(batch, batchAt) === layout.TimestampType.logAppendTime
  const maxTimestamp = layout.maxTimestamp(batch, batchAt)
  const records: RecordView[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    const length = varint(section, at, section.length, 'length')
    const end = cursor + length
    if (length < 1 || end > section.length) throw new CorruptRecordError(`record ${index}: length ${length}`)
    const timestampDelta = readVarlong(section, cursor + 1, end)
    const offsetDelta = varint(section, cursor, end, 'offset delta')
    const key = bytes(section, end, 'key')
    const value = bytes(section, end, 'value')
    const headers = readHeaders(section, end)
    if (position !== end) throw new CorruptRecordError(`record ${index}: ${end - position} bytes left over`)
    const timestamp = stamped ? maxTimestamp : addInt64(baseTimestamp, timestampDelta)
    records.push({ offset: baseOffset + offsetDelta, timestamp, key, value, headers })
    at = end
  }
  if (at !== section.length)
    throw new CorruptRecordError(`${section.length - at} bytes behind the last record`)
  return records
}

/** Where the field that was read last ends. */
let position = 0

function varint(b: Buffer, at: number, end: number, field: string): number {
  if (at < 0) throw new CorruptRecordError(`the field before ${field} runs over its record`)
  const value = readVarint(b, at, end)
  if (cursor < 0) throw new CorruptRecordError(`${field} is no varint`)
  position = cursor
  return value
}

/** From `position` on; null for a negative length. */
function bytes(b: Buffer, end: number, field: string): Buffer | null {
  const length = varint(b, position, end, field)
  if (length < 0) return null
  if (length > end - position)
    throw new CorruptRecordError(`${field} of ${length} bytes runs over its record`)
  const value = b.subarray(position, position + length)
  position += length
  return value
}

function readHeaders(b: Buffer, end: number): RecordHeader[] {
  const count = varint(b, position, end, 'header count')
  // A header has at least two bytes.
  if (count < 0 || count > (end - position) / 2) throw new CorruptRecordError(`${count} headers`)
  const headers: RecordHeader[] = []
  for (let left = count; left > 0; left--) {
    const key = bytes(b, end, 'header key')
    if (key === null) throw new CorruptRecordError('a header without key')
    headers.push({ key: key.toString('utf8'), value: bytes(b, end, 'header value') })
  }
  return headers
}
