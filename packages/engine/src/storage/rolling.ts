import type { Random } from '@sluice/effects'
import { type Int64, subtractInt64 } from '@sluice/wire'
import type { BatchFacts } from './batch-facts.ts'
import type { LogConfig } from './log-config.ts'
import { offsetEntryBytes } from './offset-index.ts'
import type { Segment } from './segment.ts'
import { timeEntryBytes } from './time-index.ts'

/** Batches that will stand in the segment before the one that is asked about. */
interface Pending {
  readonly count: number
  readonly bytes: number
  /** Of the first of them, or of the batch itself. */
  readonly firstTimestamp: Int64
}

/** Kafka's rule: whether a segment ends before this batch. */
export function mustRoll(
  active: Segment,
  config: LogConfig,
  nowMs: number,
  pending: Pending,
  batch: BatchFacts,
): boolean {
  const size = active.size + pending.bytes
  if (size === 0) return false
  if (size > config.segmentBytes - batch.size) return true
  if (!active.canHold(batch.lastOffset)) return true
  const firstTimestamp = active.size > 0 ? active.firstTimestamp : pending.firstTimestamp
  const waitedMs =
    firstTimestamp >= 0 ? subtractInt64(batch.maxTimestamp, firstTimestamp) : nowMs - active.createdMs
  if (waitedMs > segmentMsOf(config) - active.rollJitterMs) return true
  const offsetEntriesMax = Math.floor(config.segmentIndexBytes / offsetEntryBytes)
  // One entry is kept free for the last one, at the roll.
  const timeEntriesMax = Math.floor(config.segmentIndexBytes / timeEntryBytes) - 1
  return (
    active.offsets.length + pending.count >= offsetEntriesMax ||
    active.times.length + pending.count >= timeEntriesMax
  )
}

/** Only a closed segment can be compacted in time. */
function segmentMsOf({ cleanupPolicy, segmentMs, maxCompactionLagMs }: LogConfig): number {
  return cleanupPolicy.compact ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs
}

/** What a new segment takes off `segment.ms`. */
export function rollJitterOf({ segmentJitterMs, segmentMs }: LogConfig, random: Random | undefined): number {
  const jitterMax = Math.min(segmentJitterMs, segmentMs)
  return jitterMax > 0 && random ? random.int(Math.min(jitterMax, 2 ** 47)) : 0
}
