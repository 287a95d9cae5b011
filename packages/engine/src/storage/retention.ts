import { subtractInt64 } from '@sluice/wire'
import type { LogStore } from './log-store.ts'
import type { Segment } from './segment.ts'

/**
 * How many segments, from the oldest on, retention takes: those wholly below the log's start; where the policy
 * is delete, also those whose records are all too old, and the oldest ones while the log without them is still
 * at least `retention.bytes`. Only what the high watermark has passed may go.
 */
export function countExpired(store: LogStore, nowMs: number, highWatermark: number): number {
  const { config, segments } = store
  const removesOld = config.cleanupPolicy.delete
  let spareBytes = config.retentionBytes >= 0 && removesOld ? store.sizeInBytes - config.retentionBytes : -1
  let count = 0
  for (const [index, segment] of segments.entries()) {
    const isActive = index === segments.length - 1
    // An empty active segment is the end of the log, not a part of its past.
    if (isActive && segment.size === 0) break
    if (store.segmentEnd(index) > highWatermark) break
    const belowStart = !isActive && store.segmentEnd(index) <= store.logStartOffset
    const tooOld = removesOld && isTooOld(segment, nowMs, config.retentionMs)
    const tooMuch = spareBytes >= segment.size
    if (!belowStart && !tooOld && !tooMuch) break
    if (spareBytes >= 0) spareBytes -= segment.size
    count++
  }
  return count
}

function isTooOld(segment: Segment, nowMs: number, retentionMs: number): boolean {
  return retentionMs >= 0 && subtractInt64(nowMs, segment.largestTimestampMs()) > retentionMs
}
