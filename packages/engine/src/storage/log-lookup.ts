import {
  type Int64,
  type RecordView,
  readRecords,
  readRecordsAsync,
  RecordBatch,
  CodecId,
} from '@sluice/wire'
import { scanHeaders } from './batch-scan.ts'
import type { LogStore } from './log-store.ts'
import type { Segment } from './segment.ts'

interface OffsetAndTimestamp {
  offset: number
  timestamp: Int64
  leaderEpoch: number
}

/** A Promise only where a batch is compressed with zstd: on Node 20 that codec has no synchronous form. */
export type OffsetLookup = OffsetAndTimestamp | null | Promise<OffsetAndTimestamp | null>

/** The first record whose timestamp is at least `timestamp`. */
export function offsetForTimestamp(store: LogStore, timestamp: Int64): OffsetLookup {
  for (const segment of store.segments) {
    if (segment.size === 0 || segment.maxTimestamp < timestamp) continue
    const from = Math.max(segment.times.offsetBefore(timestamp), store.logStartOffset)
    const found = searchFrom(store, segment, segment.positionOf(from), timestamp)
    if (found) return found
  }
  return null
}

/** The first record with the largest timestamp of the log (KIP-734). */
export function maxTimestampOffset(store: LogStore): OffsetLookup {
  let best: Segment | null = null
  for (const segment of store.segments)
    if (segment.size > 0 && segment.maxTimestamp > (best?.maxTimestamp ?? -1)) best = segment
  if (!best) return null
  const from = Math.max(best.offsetOfMaxTimestamp, store.logStartOffset)
  return searchFrom(store, best, best.positionOf(from), best.maxTimestamp)
}

function searchFrom(store: LogStore, segment: Segment, from: number, timestamp: Int64): OffsetLookup {
  for (let position = from; position < segment.size; ) {
    let batchEnd = segment.size
    const at = scanHeaders(segment.file.get(), position, segment.size, (cursor) => {
      batchEnd = cursor.position + cursor.size
      return RecordBatch.maxTimestamp(cursor.buffer, cursor.at) < timestamp
    })
    if (at >= segment.size) return null
    const batch = segment.readBatch(at)
    const select = (records: readonly RecordView[]) => firstAtOrAfter(store, batch, records, timestamp)
    if (RecordBatch.codec(batch, 0) === CodecId.zstd) {
      const next = batchEnd
      return readRecordsAsync(batch).then(
        (records) => select(records) ?? searchFrom(store, segment, next, timestamp),
      )
    }
    const found = select(readRecords(batch))
    if (found) return found
    position = batchEnd
  }
  return null
}

function firstAtOrAfter(
  store: LogStore,
  batch: Buffer,
  records: readonly RecordView[],
  timestamp: Int64,
): OffsetAndTimestamp | null {
  for (const record of records)
    if (record.timestamp >= timestamp && record.offset >= store.logStartOffset)
      return {
        offset: record.offset,
        timestamp: record.timestamp,
        leaderEpoch: RecordBatch.partitionLeaderEpoch(batch, 0),
      }
  return null
}
