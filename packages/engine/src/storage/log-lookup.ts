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

/**
 * The first record whose timestamp is at least `timestamp`. As on Apache Kafka, it is looked for in one segment alone,
 * the first that has such a record: where that record was deleted and the segment stays, there is none.
 */
export function offsetForTimestamp(store: LogStore, timestamp: Int64): OffsetLookup {
  const segment = store.segments.find(({ size, maxTimestamp }) => size > 0 && maxTimestamp >= timestamp)
  if (!segment) return null
  const from = Math.max(segment.times.offsetBefore(timestamp), store.logStartOffset)
  return searchFrom(segment, segment.positionOf(from), timestamp, store.logStartOffset)
}

/**
 * The first record with the largest timestamp of the log (KIP-734), also one that was deleted while its segment stays:
 * so does Apache Kafka.
 */
export function maxTimestampOffset(store: LogStore): OffsetLookup {
  let best: Segment | null = null
  for (const segment of store.segments)
    if (segment.size > 0 && segment.maxTimestamp > (best?.maxTimestamp ?? -1)) best = segment
  if (!best) return null
  return searchFrom(best, best.positionOf(best.offsetOfMaxTimestamp), best.maxTimestamp, 0)
}

/** Of the records from `offsetMin` on. */
function searchFrom(segment: Segment, from: number, timestamp: Int64, offsetMin: number): OffsetLookup {
  for (let position = from; position < segment.size; ) {
    let batchEnd = segment.size
    const at = scanHeaders(segment.file.get(), position, segment.size, (cursor) => {
      batchEnd = cursor.position + cursor.size
      return RecordBatch.maxTimestamp(cursor.buffer, cursor.at) < timestamp
    })
    if (at >= segment.size) return null
    const batch = segment.readBatch(at)
    const select = (records: readonly RecordView[]) => firstAtOrAfter(batch, records, timestamp, offsetMin)
    if (RecordBatch.codec(batch, 0) === CodecId.zstd) {
      const next = batchEnd
      return readRecordsAsync(batch).then(
        (records) => select(records) ?? searchFrom(segment, next, timestamp, offsetMin),
      )
    }
    const found = select(readRecords(batch))
    if (found) return found
    position = batchEnd
  }
  return null
}

function firstAtOrAfter(
  batch: Buffer,
  records: readonly RecordView[],
  timestamp: Int64,
  offsetMin: number,
): OffsetAndTimestamp | null {
  for (const record of records)
    if (record.timestamp >= timestamp && record.offset >= offsetMin)
      return {
        offset: record.offset,
        timestamp: record.timestamp,
        leaderEpoch: RecordBatch.partitionLeaderEpoch(batch, 0),
      }
  return null
}
