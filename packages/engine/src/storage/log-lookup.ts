import {
  addInt64,
  CorruptRecordError,
  decompress,
  DecompressedSizeError,
  decompressedBytesMax,
  decompressLarge,
  type Int64,
  newRecordsSummary,
  RecordBatch,
  walkRecordsInSteps,
} from '@sluice/wire'
import { scanHeaders } from './batch-scan.ts'
import type { LargeBatches } from './large-batches.ts'
import type { LogStore } from './log-store.ts'
import type { Segment } from './segment.ts'
import { atOnce, type Steps } from './slices.ts'

interface OffsetAndTimestamp {
  offset: number
  timestamp: Int64
  leaderEpoch: number
}

/** A Promise only where a batch is large, or compressed with zstd: on Node 20 that codec has no synchronous form. */
export type OffsetLookup = OffsetAndTimestamp | null | Promise<OffsetAndTimestamp | null>

/** More than this is not gone through at once. */
const atOnceBytesMax = 4 * 1024 * 1024

/** The record that is looked for: the first with at least this timestamp, from this offset on. */
interface Sought {
  readonly timestamp: Int64
  readonly offsetMin: number
}

/**
 * The first record whose timestamp is at least `timestamp`. As on Apache Kafka, it is looked for in one segment alone,
 * the first that has such a record: where that record was deleted and the segment stays, there is none.
 */
export function offsetForTimestamp(store: LogStore, timestamp: Int64, large: LargeBatches): OffsetLookup {
  const segment = store.segments.find(({ size, maxTimestamp }) => size > 0 && maxTimestamp >= timestamp)
  if (!segment) return null
  const { logStartOffset } = store
  const from = Math.max(segment.times.offsetBefore(timestamp), logStartOffset)
  return searchFrom(segment, segment.positionOf(from), { timestamp, offsetMin: logStartOffset }, large)
}

/**
 * The first record with the largest timestamp of the log (KIP-734), also one that was deleted while its segment stays:
 * so does Apache Kafka.
 */
export function maxTimestampOffset(store: LogStore, large: LargeBatches): OffsetLookup {
  let best: Segment | null = null
  for (const segment of store.segments)
    if (segment.size > 0 && segment.maxTimestamp > (best?.maxTimestamp ?? -1)) best = segment
  if (!best) return null
  const sought = { timestamp: best.maxTimestamp, offsetMin: 0 }
  return searchFrom(best, best.positionOf(best.offsetOfMaxTimestamp), sought, large)
}

function searchFrom(segment: Segment, from: number, sought: Sought, large: LargeBatches): OffsetLookup {
  for (let position = from; position < segment.size; ) {
    let batchEnd = segment.size
    const at = scanHeaders(segment.file.get(), position, segment.size, (cursor) => {
      batchEnd = cursor.position + cursor.size
      return RecordBatch.maxTimestamp(cursor.buffer, cursor.at) < sought.timestamp
    })
    if (at >= segment.size) return null
    const found = searchBatch(segment.readBatch(at), sought, large)
    if (found instanceof Promise) {
      const next = batchEnd
      return found.then((record) => record ?? searchFrom(segment, next, sought, large))
    }
    if (found) return found
    position = batchEnd
  }
  return null
}

function searchBatch(batch: Buffer, sought: Sought, large: LargeBatches): OffsetLookup {
  const bytes = batch.subarray(RecordBatch.recordsAt)
  if (bytes.length > atOnceBytesMax) return searchLarge(batch, sought, large)
  const failed = (error: unknown) => {
    if (error instanceof DecompressedSizeError) return searchLarge(batch, sought, large)
    throw error
  }
  try {
    const section = decompress(RecordBatch.codec(batch, 0), bytes, atOnceBytesMax)
    return section instanceof Promise
      ? section.then((records) => atOnce(searchRecords(batch, records, sought)), failed)
      : atOnce(searchRecords(batch, section, sought))
  } catch (error) {
    return failed(error)
  }
}

function searchLarge(batch: Buffer, sought: Sought, large: LargeBatches): Promise<OffsetAndTimestamp | null> {
  return large.inTurn(async (inSlices) => {
    const bytes = batch.subarray(RecordBatch.recordsAt)
    const decompressing = decompressLarge(RecordBatch.codec(batch, 0), bytes, decompressedBytesMax)
    const section = await inSlices(decompressing)
    return inSlices(searchRecords(batch, section, sought))
  })
}

/** Without an object a record, for there may be millions. */
function* searchRecords(batch: Buffer, section: Buffer, sought: Sought): Steps<OffsetAndTimestamp | null> {
  const { timestamp: wanted, offsetMin } = sought
  const base = RecordBatch.baseTimestamp(batch, 0)
  const isStamped = RecordBatch.timestampType(batch, 0) === RecordBatch.TimestampType.logAppendTime
  const stamp = isStamped ? RecordBatch.maxTimestamp(batch, 0) : null
  let found: OffsetAndTimestamp | null = null
  const look = (_: number, timestampDelta: Int64, _key: number, _value: number, offsetDelta: number) => {
    if (found) return
    const timestamp = stamp ?? addInt64(base, timestampDelta)
    const offset = RecordBatch.baseOffset(batch, 0) + offsetDelta
    if (timestamp >= wanted && offset >= offsetMin)
      found = { offset, timestamp, leaderEpoch: RecordBatch.partitionLeaderEpoch(batch, 0) }
  }
  const count = RecordBatch.count(batch, 0)
  const walk = walkRecordsInSteps(section, 0, section.length, count, newRecordsSummary(), look)
  for (let step = walk.next(); !found; step = walk.next()) {
    if (!step.done) yield
    else if (step.value) throw new CorruptRecordError(`record ${step.value.index}: ${step.value.reason}`)
    else return null
  }
  return found
}
