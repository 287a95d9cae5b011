/**
 * What is left of a batch when its log is compacted, as Apache Kafka's cleaner has it: the bytes as they were, or a batch
 * with the same offsets and fewer records, or the header alone, or nothing.
 *
 * A tombstone, and a marker whose transaction has no records any more, stays readable for `delete.retention.ms`. When that
 * is over stands in the batch, from the first cleaning that meets it (KIP-534): attribute bit 6 says so, and the base
 * timestamp is the time then.
 */
import {
  CodecId,
  compress,
  compressLarge,
  controlRecordType,
  decompress,
  decompressedBytesMax,
  decompressLarge,
  type Int64,
  readRecords,
  RecordBatch,
  RecordCursor,
} from '@sluice/wire'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import type { OffsetMap } from './offset-map.ts'
import { KeptRecords } from './kept-records.ts'
import { awaited, inSteps, type Work } from './work.ts'

/** What it is judged by. */
export interface FilterRules {
  readonly map: OffsetMap
  readonly transactions: CleanedTransactions
  /** Whether the state of a producer that is known still rests on this batch. */
  isLastOfProducer(batch: Buffer, at: number): boolean
  readonly nowMs: number
  readonly deleteRetentionMs: number
  /** For a batch that is made anew, until the next one is: millions of them are not to be collected. */
  readonly room: (bytes: number) => Buffer
}

/** More is not compressed or decompressed at once. */
const atOnceBytesMax = 64 * 1024
const recordsPerStep = 100

/** Null: nothing is left. The bytes may be those that came, or stand where the next batch will. */
export function* filterBatch(b: Buffer, at: number, size: number, rules: FilterRules): Work<Buffer | null> {
  const isControl = RecordBatch.isControl(b, at)
  const isOver = isOverIn(b, at, rules.transactions)
  const horizonMs = RecordBatch.hasDeleteHorizon(b, at) ? RecordBatch.baseTimestamp(b, at) : null
  const isDropped = isControl ? isOver && horizonMs !== null && horizonMs <= rules.nowMs : isOver
  const hasHeader = RecordBatch.producerId(b, at) >= 0 && rules.isLastOfProducer(b, at)
  const emptied = () => (hasHeader ? emptyBatch(b, at) : null)
  if (isDropped || RecordBatch.count(b, at) === 0) return emptied()
  const whole = b.subarray(at, at + size)
  if (!isControl && RecordBatch.baseOffset(b, at) > rules.map.latestOffset) return whole
  const kept = isControl ? keptMarker(b, at) : yield* keptRecords(b, at, rules, horizonMs)
  if (kept.length === 0) return emptied()
  const begins = horizonMs === null && ((isControl && isOver) || kept.hasTombstone)
  if (kept.length === RecordBatch.count(b, at) && !begins) return whole
  const newHorizonMs = begins ? rules.nowMs + rules.deleteRetentionMs : horizonMs
  return yield* rebuilt(b, at, kept, newHorizonMs, rules)
}

/** Whether readers need nothing of the batch any more, but maybe time. */
function isOverIn(b: Buffer, at: number, transactions: CleanedTransactions): boolean {
  const batch = {
    lastOffset: RecordBatch.lastOffset(b, at),
    producerId: RecordBatch.producerId(b, at),
    isTransactional: RecordBatch.isTransactional(b, at),
  }
  return RecordBatch.isControl(b, at)
    ? transactions.isOver(batch, markerType(b, at))
    : transactions.isAborted(batch)
}

export function markerType(b: Buffer, at: number): number | null {
  const [marker] = readRecords(b, at)
  return marker ? controlRecordType(marker.key) : null
}

function keptMarker(b: Buffer, at: number): KeptRecords {
  const section = b.subarray(at + RecordBatch.recordsAt, at + RecordBatch.sizeInBytes(b, at))
  const kept = new KeptRecords(section)
  const record = new RecordCursor(section, RecordBatch.count(b, at))
  while (record.next()) kept.add(record)
  return kept
}

function* keptRecords(
  b: Buffer,
  at: number,
  { map, nowMs }: FilterRules,
  horizonMs: Int64 | null,
): Work<KeptRecords> {
  const section = yield* recordsOf(b, at)
  const kept = new KeptRecords(section)
  const record = new RecordCursor(section, RecordBatch.count(b, at))
  const baseOffset = RecordBatch.baseOffset(b, at)
  const keepsTombstones = horizonMs === null || nowMs < horizonMs
  for (let left = recordsPerStep; record.next(); left--) {
    const offset = baseOffset + record.offsetDelta
    const isLatest =
      offset > map.latestOffset ||
      (record.keyLength >= 0 && offset >= map.get(section, record.keyAt, record.keyAt + record.keyLength))
    if (isLatest && (record.valueLength >= 0 || keepsTombstones)) kept.add(record)
    if (left > 0) continue
    left = recordsPerStep
    yield
  }
  return kept
}

/** The records of a batch, decompressed. */
export function* recordsOf(b: Buffer, at: number): Work<Buffer> {
  const codec = RecordBatch.codec(b, at)
  const bytes = b.subarray(at + RecordBatch.recordsAt, at + RecordBatch.sizeInBytes(b, at))
  if (codec === CodecId.none || RecordBatch.count(b, at) === 0) return bytes
  return bytes.length <= atOnceBytesMax
    ? yield* awaited(decompress(codec, bytes, decompressedBytesMax))
    : yield* awaited(yield* inSteps(decompressLarge(codec, bytes, decompressedBytesMax)))
}

function* rebuilt(
  b: Buffer,
  at: number,
  kept: KeptRecords,
  horizonMs: Int64 | null,
  { room }: Pick<FilterRules, 'room'>,
): Work<Buffer> {
  const codec = RecordBatch.codec(b, at)
  const times = kept.timesIn(b, at, horizonMs)
  const records = yield* kept.encode(times, (bytes) => room(RecordBatch.headerBytes + bytes))
  const batch = codec === CodecId.none ? records : yield* compressed(records, codec)
  yield
  RecordBatch.writeHeader(batch, 0, {
    ...headerOf(b, at),
    batchLength: batch.length - RecordBatch.logOverheadBytes,
    attributes: RecordBatch.attributesOf({ ...flagsOf(b, at), codec, deleteHorizon: horizonMs !== null }),
    baseTimestamp: times.base,
    maxTimestamp: times.max,
    count: kept.length,
  })
  RecordBatch.updateCrc(batch, 0, batch.length)
  return batch
}

function* compressed(batch: Buffer, codec: number): Work<Buffer> {
  const records = batch.subarray(RecordBatch.recordsAt)
  const section =
    records.length <= atOnceBytesMax
      ? yield* awaited(compress(codec, records))
      : yield* awaited(yield* inSteps(compressLarge(codec, records)))
  return Buffer.concat([batch.subarray(0, RecordBatch.recordsAt), section])
}

/** The header alone, for the state of its producer. */
function emptyBatch(b: Buffer, at: number): Buffer {
  const batch = Buffer.allocUnsafe(RecordBatch.headerBytes)
  RecordBatch.writeHeader(batch, 0, {
    ...headerOf(b, at),
    batchLength: batch.length - RecordBatch.logOverheadBytes,
    attributes: RecordBatch.attributesOf({ ...flagsOf(b, at), codec: CodecId.none, deleteHorizon: false }),
    baseTimestamp: RecordBatch.noTimestamp,
    maxTimestamp: RecordBatch.maxTimestamp(b, at),
    count: 0,
  })
  RecordBatch.updateCrc(batch, 0, batch.length)
  return batch
}

/** What stays as it is, whatever goes. */
function headerOf(b: Buffer, at: number) {
  return {
    baseOffset: RecordBatch.baseOffset(b, at),
    partitionLeaderEpoch: RecordBatch.partitionLeaderEpoch(b, at),
    lastOffsetDelta: RecordBatch.lastOffsetDelta(b, at),
    producerId: RecordBatch.producerId(b, at),
    producerEpoch: RecordBatch.producerEpoch(b, at),
    baseSequence: RecordBatch.baseSequence(b, at),
  }
}

function flagsOf(b: Buffer, at: number) {
  return {
    logAppendTime: RecordBatch.timestampType(b, at) === RecordBatch.TimestampType.logAppendTime,
    transactional: RecordBatch.isTransactional(b, at),
    control: RecordBatch.isControl(b, at),
  }
}
