import type { Int64 } from '../int64.ts'
import { cursor, readVarint, readVarlong } from './varints.ts'

/** What a walk over records found out; one object serves many walks. */
export interface RecordsSummary {
  /** Index of the first record without a key, else -1. */
  firstWithoutKey: number
  minTimestampDelta: Int64
  maxTimestampDelta: Int64
  /** Index of the first record whose offset delta is another than its index, else -1. */
  firstOffDelta: number
}

interface RecordsFault {
  /** The record at fault; the count of records when the fault lies behind the last. */
  index: number
  reason: string
}

/** Sees every record; for the rare case that a summary is not enough. Lengths are -1 for null. */
type RecordVisitor = (
  index: number,
  timestampDelta: Int64,
  keyLength: number,
  valueLength: number,
  offsetDelta: number,
) => void

export function newRecordsSummary(): RecordsSummary {
  return {
    firstWithoutKey: -1,
    minTimestampDelta: 0,
    maxTimestampDelta: 0,
    firstOffDelta: -1,
  }
}

/**
 * Walks the records of an uncompressed records section from `start` to `end` and checks their shape: exactly
 * `count` of them, every length inside its record, nothing behind the last. Returns null when all is well, else the
 * first fault. No object per record, and the varints are read in place: a call
 * for each, or state outside the function, doubles the time (measured). A walk may be of some of the records only, from
 * the one with index `from`, which stands at `start`, to the one before `until`; it ends at `walkedTo`.
 */
export function walkRecords(
  b: Uint8Array,
  start: number,
  end: number,
  count: number,
  summary: RecordsSummary = unwanted,
  visitor?: RecordVisitor,
  from = 0,
  until = count,
): RecordsFault | null {
  let at = start
  let firstWithoutKey = -1
  let minTimestampDelta: Int64 = Infinity
  let maxTimestampDelta: Int64 = -Infinity
  let firstOffDelta = -1
  let zigzag: number, shift: number, byte: number
  for (let index = from; index < until; index++) {
    for (zigzag = 0, shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= end || shift > 28) return fault(index, 'length')
      byte = b[at++] as number
      zigzag |= (byte & 0x7f) << shift
    }
    const length = (zigzag >>> 1) ^ -(zigzag & 1)
    if (length < 1 || length > end - at) return fault(index, 'length')
    const recordEnd = at + length
    // One byte of attributes is not looked at.
    const first = at + 1 < recordEnd ? (b[at + 1] as number) : 0x80
    const timestampDelta = first < 0x80 ? (first >>> 1) ^ -(first & 1) : readVarlong(b, at + 1, recordEnd)
    at = first < 0x80 ? at + 2 : cursor
    if (at < 0) return fault(index, 'timestamp delta')
    for (zigzag = 0, shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= recordEnd || shift > 28) return fault(index, 'offset delta')
      byte = b[at++] as number
      zigzag |= (byte & 0x7f) << shift
    }
    const offsetDelta = (zigzag >>> 1) ^ -(zigzag & 1)
    if (offsetDelta !== index && firstOffDelta < 0) firstOffDelta = index
    for (zigzag = 0, shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= recordEnd || shift > 28) return fault(index, 'key length')
      byte = b[at++] as number
      zigzag |= (byte & 0x7f) << shift
    }
    const keyLength = (zigzag >>> 1) ^ -(zigzag & 1)
    if (keyLength > recordEnd - at) return fault(index, 'key length')
    if (keyLength > 0) at += keyLength
    else if (keyLength < 0 && firstWithoutKey < 0) firstWithoutKey = index
    for (zigzag = 0, shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= recordEnd || shift > 28) return fault(index, 'value length')
      byte = b[at++] as number
      zigzag |= (byte & 0x7f) << shift
    }
    const valueLength = (zigzag >>> 1) ^ -(zigzag & 1)
    if (valueLength > recordEnd - at) return fault(index, 'value length')
    if (valueLength > 0) at += valueLength
    // Most records end with a header count of 0.
    const plain = at + 1 === recordEnd && b[at] === 0
    if (!plain && !areHeaders(b, at, recordEnd)) return fault(index, 'headers')
    at = recordEnd
    if (timestampDelta > maxTimestampDelta) maxTimestampDelta = timestampDelta
    if (timestampDelta < minTimestampDelta) minTimestampDelta = timestampDelta
    if (visitor) visitor(index, timestampDelta, keyLength, valueLength, offsetDelta)
  }
  walkedTo = at
  if (until === count && at !== end) return fault(count, `${end - at} bytes behind the last record`)
  summary.firstWithoutKey = firstWithoutKey
  summary.minTimestampDelta = minTimestampDelta
  summary.maxTimestampDelta = maxTimestampDelta
  summary.firstOffDelta = firstOffDelta
  return null
}

/** Where the last walk has ended. */
let walkedTo = 0
/** A step takes a millisecond or less. */
const recordsPerStep = 10_000

/** The same walk over any number of records, some thousands a step. */
export function* walkRecordsInSteps(
  b: Uint8Array,
  start: number,
  end: number,
  count: number,
  summary: RecordsSummary,
  visitor?: RecordVisitor,
): Generator<undefined, RecordsFault | null, undefined> {
  const some = newRecordsSummary()
  const all = {
    ...newRecordsSummary(),
    minTimestampDelta: Infinity,
    maxTimestampDelta: -Infinity,
  } as RecordsSummary
  let at = start
  for (let from = 0; from < count; from += recordsPerStep) {
    const until = Math.min(from + recordsPerStep, count)
    const fault = walkRecords(b, at, end, count, some, visitor, from, until)
    if (fault) return fault
    at = walkedTo
    if (all.firstWithoutKey < 0) all.firstWithoutKey = some.firstWithoutKey
    if (all.firstOffDelta < 0) all.firstOffDelta = some.firstOffDelta
    if (some.minTimestampDelta < all.minTimestampDelta) all.minTimestampDelta = some.minTimestampDelta
    if (some.maxTimestampDelta > all.maxTimestampDelta) all.maxTimestampDelta = some.maxTimestampDelta
    yield
  }
  Object.assign(summary, all)
  return null
}

/** The size of the largest record of a section that a walk has found well, its length in front left out. */
export function* largestRecordBytes(
  b: Uint8Array,
  start: number,
  end: number,
): Generator<undefined, number, undefined> {
  let largest = 0
  let left = recordsPerStep
  for (let at = start; at < end; ) {
    const length = readVarint(b, at, end)
    if (length > largest) largest = length
    at = cursor + length
    if (--left > 0) continue
    left = recordsPerStep
    yield
  }
  return largest
}

const unwanted = newRecordsSummary()

function fault(index: number, reason: string): RecordsFault {
  return { index, reason }
}

/** Exactly to `end`. Each header has at least two bytes, so a lying count ends there. */
function areHeaders(b: Uint8Array, start: number, end: number): boolean {
  const count = readVarint(b, start, end)
  let at = cursor
  if (at < 0 || count < 0) return false
  for (let left = count; left > 0; left--) {
    const keyLength = readVarint(b, at, end)
    at = cursor
    if (at < 0 || keyLength < 0 || keyLength > end - at) return false
    const valueLength = readVarint(b, at + keyLength, end)
    at = cursor
    if (at < 0 || valueLength > end - at) return false
    if (valueLength > 0) at += valueLength
  }
  return at === end
}
