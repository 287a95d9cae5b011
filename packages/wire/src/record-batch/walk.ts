import { cursor, readVarint, readVarlong } from './varints.ts'

/** What a walk over records found out; one object serves many walks. */
export interface RecordsSummary {
  /** Index of the first record without a key, else -1. */
  firstWithoutKey: number
  minTimestampDelta: number
  maxTimestampDelta: number
  /** Index of the first record with the largest timestamp. */
  indexOfMaxTimestamp: number
}

export interface RecordsFault {
  /** The record at fault; the count of records when the fault lies behind the last. */
  index: number
  reason: string
}

/** Sees every record; for the rare case that a summary is not enough. Lengths are -1 for null. */
export type RecordVisitor = (
  index: number,
  timestampDelta: number,
  keyLength: number,
  valueLength: number,
) => void

export function newRecordsSummary(): RecordsSummary {
  return { firstWithoutKey: -1, minTimestampDelta: 0, maxTimestampDelta: 0, indexOfMaxTimestamp: -1 }
}

/**
 * Walks the records of an uncompressed records section from `start` to `end` and checks their shape: exactly
 * `count` of them, every length inside its record, offset deltas 0, 1, 2, …, nothing behind the last. Returns
 * null when all is well, else the first fault. It makes no object per record and costs some nanoseconds each.
 */
export function walkRecords(
  b: Uint8Array,
  start: number,
  end: number,
  count: number,
  summary?: RecordsSummary,
  visitor?: RecordVisitor,
): RecordsFault | null {
  let at = start
  let firstWithoutKey = -1
  let minTimestampDelta = 0
  let maxTimestampDelta = 0
  let indexOfMaxTimestamp = -1
  for (let index = 0; index < count; index++) {
    let zigzag = 0
    let shift = 0
    let byte = 0x80
    while (byte >= 0x80 && at < end && shift <= 28) {
      byte = b[at++] as number
      zigzag |= (byte & 0x7f) << shift
      shift += 7
    }
    const length = (zigzag >>> 1) ^ -(zigzag & 1)
    if (byte >= 0x80 || length < 1 || length > end - at) return { index, reason: 'length' }
    const recordEnd = at + length
    if (walkBody(b, at, recordEnd, index) !== recordEnd) return { index, reason: brokenField }
    at = recordEnd

    if (keyLength < 0 && firstWithoutKey < 0) firstWithoutKey = index
    if (index === 0 || timestampDelta > maxTimestampDelta) {
      maxTimestampDelta = timestampDelta
      indexOfMaxTimestamp = index
    }
    if (index === 0 || timestampDelta < minTimestampDelta) minTimestampDelta = timestampDelta
    if (visitor) visitor(index, timestampDelta, keyLength, valueLength)
  }
  if (at !== end) return { index: count, reason: `${end - at} bytes behind the last record` }
  if (summary) {
    summary.firstWithoutKey = firstWithoutKey
    summary.minTimestampDelta = minTimestampDelta
    summary.maxTimestampDelta = maxTimestampDelta
    summary.indexOfMaxTimestamp = indexOfMaxTimestamp
  }
  return null
}

/** What `walkBody` found out: module state, so that a record costs no object. */
let timestampDelta = 0
let keyLength = 0
let valueLength = 0
let brokenField = ''

/**
 * Walks a record behind its length and returns where it ends, or -1 at a fault. The varints are read in place:
 * a call for each would double the time (measured).
 */
function walkBody(b: Uint8Array, start: number, end: number, index: number): number {
  // One byte of attributes, which mean nothing yet and are not looked at.
  let at = start + 1
  let byte = at < end ? (b[at] as number) : 0x80
  if (byte < 0x80) {
    timestampDelta = (byte >>> 1) ^ -(byte & 1)
    at++
  } else {
    timestampDelta = readVarlong(b, at, end)
    at = cursor
    if (at < 0) return broken('timestamp delta')
  }

  let zigzag = 0
  let shift = 0
  do {
    if (at >= end || shift > 28) return broken('offset delta')
    byte = b[at++] as number
    zigzag |= (byte & 0x7f) << shift
    shift += 7
  } while (byte >= 0x80)
  if (((zigzag >>> 1) ^ -(zigzag & 1)) !== index) return broken('offset delta')

  zigzag = 0
  shift = 0
  do {
    if (at >= end || shift > 28) return broken('key length')
    byte = b[at++] as number
    zigzag |= (byte & 0x7f) << shift
    shift += 7
  } while (byte >= 0x80)
  keyLength = (zigzag >>> 1) ^ -(zigzag & 1)
  if (keyLength > end - at) return broken('key length')
  if (keyLength > 0) at += keyLength

  zigzag = 0
  shift = 0
  do {
    if (at >= end || shift > 28) return broken('value length')
    byte = b[at++] as number
    zigzag |= (byte & 0x7f) << shift
    shift += 7
  } while (byte >= 0x80)
  valueLength = (zigzag >>> 1) ^ -(zigzag & 1)
  if (valueLength > end - at) return broken('value length')
  if (valueLength > 0) at += valueLength

  // Most records have no header and end here.
  if (at + 1 === end && b[at] === 0) return end
  return walkHeaders(b, at, end)
}

/** Each header has at least two bytes, so a lying count ends at the record's end. */
function walkHeaders(b: Uint8Array, start: number, end: number): number {
  const count = readVarint(b, start, end)
  let at = cursor
  if (at < 0 || count < 0) return broken('header count')
  for (let left = count; left > 0; left--) {
    const headerKeyLength = readVarint(b, at, end)
    at = cursor
    if (at < 0 || headerKeyLength < 0 || headerKeyLength > end - at) return broken('header key')
    const headerValueLength = readVarint(b, at + headerKeyLength, end)
    at = cursor
    if (at < 0 || headerValueLength > end - at) return broken('header value')
    if (headerValueLength > 0) at += headerValueLength
  }
  return at === end ? end : broken('bytes left over')
}

function broken(field: string): number {
  brokenField = field
  return -1
}
