/**
 * Judges the records of a batch that is to be appended by a leader: shape, offsets, timestamps, keys of compacted topics
 * (KIP-32, KIP-467).
 */
import {
  addInt64,
  ErrorCode,
  Int64,
  newRecordsSummary,
  RecordBatch,
  type RecordsSummary,
  subtractInt64,
  walkRecords,
  walkRecordsInSteps,
} from '@sluice/wire'
import type { LogConfig } from './log-config.ts'
import { atOnce, type Steps } from './slices.ts'

export interface AppendContext {
  /** `client`: a stranger. `coordinator` and `controller`: batches that this process has built itself. */
  origin: 'client' | 'coordinator' | 'controller'
  nowMs: number
  /** Of the Produce request: below 7 zstd is refused. */
  apiVersion?: number
}

interface RecordError {
  batchIndex: number
  message: string | null
}

export interface Rejected {
  kind: 'rejected'
  error: ErrorCode
  message: string
  recordErrors: RecordError[]
}

/** More single errors than this say nothing new. */
const recordErrorsMax = 10_000

/** Used by one validation at a time, between two points where it may wait. */
const summary: RecordsSummary = newRecordsSummary()

/**
 * Checks the records in `section`, which are those of `batch` in uncompressed form. Returns their largest
 * timestamp.
 */
export function checkRecords(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  context: AppendContext,
  config: LogConfig,
): Int64 | Rejected {
  const count = RecordBatch.count(batch, 0)
  const fault = walkRecords(section, start, end, count, summary)
  if (fault) return malformed(fault, count)
  if (isPlain(batch, section, summary, context, config))
    return addInt64(RecordBatch.baseTimestamp(batch, 0), summary.maxTimestampDelta)
  return atOnce(closerLook(batch, section, start, end, summary, context, config))
}

/** The same in steps. */
export function* checkRecordsInSteps(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  context: AppendContext,
  config: LogConfig,
): Steps<Int64 | Rejected> {
  const found = newRecordsSummary()
  const count = RecordBatch.count(batch, 0)
  const fault = yield* walkRecordsInSteps(section, start, end, count, found)
  return fault
    ? malformed(fault, count)
    : yield* closerLook(batch, section, start, end, found, context, config)
}

function malformed({ index, reason }: { index: number; reason: string }, count: number): Rejected {
  const message = `Record ${index} of ${count} is malformed: ${reason}.`
  return reject(ErrorCode.INVALID_RECORD, message, [{ batchIndex: index, message }])
}

/** Whether the summary of the records says all that there is to say: nearly always. */
function isPlain(
  batch: Buffer,
  section: Buffer,
  found: RecordsSummary,
  context: AppendContext,
  config: LogConfig,
): boolean {
  if (isStamped(batch) || (section !== batch && found.firstOffDelta >= 0)) return false
  const base = RecordBatch.baseTimestamp(batch, 0)
  const smallest = addInt64(base, found.minTimestampDelta)
  const largest = addInt64(base, found.maxTimestampDelta)
  if (typeof smallest === 'bigint' || typeof largest === 'bigint') return false
  return !isSuspicious(smallest, largest, found, context, config)
}

function isSuspicious(
  smallest: Int64,
  largest: Int64,
  found: RecordsSummary,
  context: AppendContext,
  config: LogConfig,
): boolean {
  return (
    (config.cleanupPolicy.compact && found.firstWithoutKey >= 0) ||
    (config.messageTimestampType === 'CreateTime' &&
      (isOutOfRange(largest, context.nowMs, config) || isOutOfRange(smallest, context.nowMs, config)))
  )
}

function* closerLook(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  found: RecordsSummary,
  context: AppendContext,
  config: LogConfig,
): Steps<Int64 | Rejected> {
  // Apache Kafka, too, looks at offsets only where it has to decompress, or compresses.
  if (section !== batch && found.firstOffDelta >= 0) return offsetRefusal(found.firstOffDelta)
  const { smallest, largest } = yield* timestampRange(batch, section, start, end, found)
  if (isStamped(batch) || isSuspicious(smallest, largest, found, context, config)) {
    const refusal = yield* recordRefusal(batch, section, start, end, context, config)
    if (refusal) return refusal
  }
  return largest
}

function offsetRefusal(index: number): Rejected {
  const message = `The offset of record ${index} does not follow the one before.`
  return reject(ErrorCode.INVALID_RECORD, message, [{ batchIndex: index, message }])
}

const isStamped = (batch: Buffer): boolean =>
  RecordBatch.timestampType(batch, 0) === RecordBatch.TimestampType.logAppendTime

/**
 * From the walk that has filled `found`; by another one where timestamps may have gone round at 2^63. All records of a
 * stamped batch have the time of its header.
 */
function* timestampRange(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  found: RecordsSummary,
): Steps<{ smallest: Int64; largest: Int64 }> {
  if (isStamped(batch)) {
    const stamp = RecordBatch.maxTimestamp(batch, 0)
    return { smallest: stamp, largest: stamp }
  }
  const base = RecordBatch.baseTimestamp(batch, 0)
  let smallest = addInt64(base, found.minTimestampDelta)
  let largest = addInt64(base, found.maxTimestampDelta)
  if (typeof smallest === 'bigint' || typeof largest === 'bigint') {
    smallest = Int64.MAX
    largest = Int64.MIN
    const count = RecordBatch.count(batch, 0)
    yield* walkRecordsInSteps(section, start, end, count, newRecordsSummary(), (_, timestampDelta) => {
      const timestamp = addInt64(base, timestampDelta)
      if (timestamp < smallest) smallest = timestamp
      if (timestamp > largest) largest = timestamp
    })
  }
  return { smallest, largest }
}

function isOutOfRange(timestamp: Int64, nowMs: number, config: LogConfig): boolean {
  if (timestamp === RecordBatch.noTimestamp) return false
  const age = subtractInt64(nowMs, timestamp)
  return age > config.messageTimestampBeforeMaxMs || subtractInt64(0, age) > config.messageTimestampAfterMaxMs
}

/** The slow way: which records exactly are refused, and why (KIP-467). */
function* recordRefusal(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  context: AppendContext,
  config: LogConfig,
): Steps<Rejected | null> {
  const baseTimestamp = RecordBatch.baseTimestamp(batch, 0)
  const stamp = isStamped(batch) ? RecordBatch.maxTimestamp(batch, 0) : null
  const errors: RecordError[] = []
  let timestampErrors = 0
  yield* walkRecordsInSteps(
    section,
    start,
    end,
    RecordBatch.count(batch, 0),
    newRecordsSummary(),
    (index, timestampDelta, keyLength) => {
      if (errors.length >= recordErrorsMax) return
      const timestamp = stamp ?? addInt64(baseTimestamp, timestampDelta)
      if (config.cleanupPolicy.compact && keyLength < 0)
        errors.push({ batchIndex: index, message: 'A compacted topic takes no record without a key.' })
      else if (
        config.messageTimestampType === 'CreateTime' &&
        isOutOfRange(timestamp, context.nowMs, config)
      ) {
        const earliest = context.nowMs - config.messageTimestampBeforeMaxMs
        const latest = context.nowMs + config.messageTimestampAfterMaxMs
        errors.push({
          batchIndex: index,
          message: `Timestamp ${timestamp} of the record with offset delta ${index} is out of range: it must lie within [${earliest}, ${latest}].`,
        })
        timestampErrors++
      } else if (
        stamp !== null &&
        (config.messageTimestampType !== 'CreateTime' || stamp === RecordBatch.noTimestamp)
      ) {
        // On a topic of CreateTime the bit is taken back, as on Apache Kafka, unless there is no time at all.
        errors.push({
          batchIndex: index,
          message: 'A producer may not set the timestamp type to LogAppendTime.',
        })
        timestampErrors++
      }
    },
  )
  if (errors.length === 0) return null
  if (timestampErrors > 0)
    return reject(
      ErrorCode.INVALID_TIMESTAMP,
      'One or more records were refused for their timestamp.',
      errors,
    )
  const firstThree = errors.slice(0, 3).map((error) => `${error.batchIndex}: ${error.message}`)
  return reject(
    ErrorCode.INVALID_RECORD,
    `${errors.length} records were refused, the first of them: ${firstThree.join(' ')}`,
    errors,
  )
}

export function reject(error: ErrorCode, message: string, recordErrors: RecordError[] = []): Rejected {
  return { kind: 'rejected', error, message, recordErrors }
}
