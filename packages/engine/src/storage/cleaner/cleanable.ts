import { type Int64, subtractInt64 } from '@sluice/wire'
import type { LogConfig } from '../log-config.ts'

/** A segment, as far as it matters whether it is due. */
interface DatedSegment {
  readonly baseOffset: number
  readonly size: number
  /** Of its first batch; -1 without one. */
  readonly firstTimestamp: Int64
  largestTimestampMs(): Int64
}

/** A log, as far as it matters whether it is due. */
interface LogFacts {
  readonly config: Pick<LogConfig, 'minCompactionLagMs' | 'maxCompactionLagMs' | 'minCleanableDirtyRatio'>
  readonly segments: readonly DatedSegment[]
  readonly logStartOffset: number
  readonly endOffset: number
  readonly lastStableOffset: number
  /** Where the last cleaning has come to; null before the first. */
  readonly cleanedOffset: number | null
}

/** What of a log could be cleaned now. */
export interface Cleanable {
  /** From here on there may be several records of a key. */
  readonly firstDirtyOffset: number
  /** A segment's base: from there on nothing is touched. */
  readonly endOffset: number
  /** How much of what would be read is dirty, as a part of 1; 0 where there is nothing. */
  readonly dirtyRatio: number
  readonly isDue: boolean
}

/**
 * Kafka's rules. Dirty is what lies behind the last cleaning. Out of reach are the active segment, what is not committed
 * or part of an undecided transaction, and what is younger than `min.compaction.lag.ms`, each with all that follows. A
 * log is due when a larger part of it is dirty than `min.cleanable.dirty.ratio`, or a record has been dirty for longer
 * than `max.compaction.lag.ms`.
 */
export function cleanableOf(log: LogFacts, nowMs: number): Cleanable {
  const firstDirtyOffset = firstDirtyOf(log)
  const closed = log.segments.slice(0, -1)
  const active = log.segments.at(-1)
  const isInActive = active !== undefined && firstDirtyOffset >= active.baseOffset
  const dirty = isInActive ? [] : closed.slice(floorOf(closed, firstDirtyOffset))
  const endOffset = endOf(log, dirty, nowMs)
  const reachable = closed.filter(({ baseOffset }) => baseOffset < endOffset)
  const isReached = firstDirtyOffset < endOffset
  const dirtyBytes = isReached ? bytesOf(reachable.slice(floorOf(reachable, firstDirtyOffset))) : 0
  const cleanBytes = bytesOf(closed.filter(({ baseOffset }) => baseOffset < firstDirtyOffset))
  const dirtyRatio = dirtyBytes > 0 ? dirtyBytes / (cleanBytes + dirtyBytes) : 0
  const isLate = dirtyBytes > 0 && isOverdue(log, dirty, nowMs)
  return {
    firstDirtyOffset,
    endOffset,
    dirtyRatio,
    isDue: isLate || dirtyRatio > log.config.minCleanableDirtyRatio,
  }
}

/** A checkpoint that does not fit the log says nothing. */
function firstDirtyOf({ cleanedOffset, logStartOffset, endOffset }: LogFacts): number {
  const isKnown = cleanedOffset !== null && cleanedOffset >= logStartOffset && cleanedOffset <= endOffset
  return isKnown ? cleanedOffset : logStartOffset
}

/** The base of the first segment that is not touched. */
function endOf(
  { config, segments, lastStableOffset }: LogFacts,
  dirty: readonly DatedSegment[],
  nowMs: number,
): number {
  const active = segments.at(-1)?.baseOffset ?? 0
  const lag = config.minCompactionLagMs
  const isYoung = (segment: DatedSegment) => subtractInt64(nowMs, segment.largestTimestampMs()) < lag
  const young = lag > 0 ? dirty.find(isYoung) : undefined
  const limit = Math.min(lastStableOffset, active, young?.baseOffset ?? Infinity)
  return segments[floorOf(segments, limit)]?.baseOffset ?? active
}

function isOverdue({ config }: LogFacts, dirty: readonly DatedSegment[], nowMs: number): boolean {
  const earliest = nowMs - config.maxCompactionLagMs
  // By default nothing is ever overdue: then no segment has to be read for it.
  return earliest > 0 && dirty.some(({ firstTimestamp }) => firstTimestamp > 0 && firstTimestamp < earliest)
}

function bytesOf(segments: readonly DatedSegment[]): number {
  return segments.reduce((bytes, { size }) => bytes + size, 0)
}

/** The index of the segment that holds `offset`, or of the first. */
function floorOf(segments: readonly DatedSegment[], offset: number): number {
  const at = segments.findLastIndex(({ baseOffset }) => baseOffset <= offset)
  return Math.max(at, 0)
}
