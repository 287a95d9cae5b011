/**
 * Judges a record batch that is to be appended by a leader, before and apart from the log's end: shape, checksum,
 * sizes, timestamps, keys of compacted topics, compression (KIP-32, KIP-98, KIP-467, KIP-937). Offsets and
 * sequences are judged at the stage, which comes after.
 *
 * What it may change, it changes in place: largest timestamp and timestamp type. A batch that must be compressed
 * otherwise is made anew.
 */
import {
  CodecId,
  CorruptDataError,
  DecompressedSizeError,
  ErrorCode,
  Int64,
  RecordBatch,
  type RecordsSummary,
  addInt64,
  codecName,
  compress,
  decompress,
  decompressedBytesMax,
  isCodecId,
  largestRecordBytes,
  newRecordsSummary,
  subtractInt64,
  walkRecords,
} from '@sluice/wire'
import { readMarker } from './batch-facts.ts'
import type { LogConfig } from './log-config.ts'
import type { TransactionMarker } from './producer-state.ts'

export interface AppendContext {
  /** `client`: a stranger. `coordinator` and `controller`: batches that this process has built itself. */
  origin: 'client' | 'coordinator' | 'controller'
  nowMs: number
  /** Of the Produce request: below 7 zstd is refused. */
  apiVersion?: number
}

export interface Validated {
  kind: 'validated'
  origin: AppendContext['origin']
  /** Exactly one batch. It must stay as it is until the commit. */
  batch: Buffer
  /** When the broker stamped the records; -1 under CreateTime. */
  logAppendTimeMs: number
  /** Of a control batch that ends a transaction. */
  marker: TransactionMarker | null
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

/** More than this is decompressed beside the event loop, where the codec can. */
const decompressedAtOnceBytesMax = 4 * 1024 * 1024

/** zstd came to Produce with version 7 (KIP-110). */
const zstdProduceVersionMin = 7

/** More single errors than this say nothing new. */
const recordErrorsMax = 10_000

/** Used by one validation at a time, between two points where it may wait. */
const summary: RecordsSummary = newRecordsSummary()

export function validateBatch(
  records: Buffer,
  context: AppendContext,
  config: LogConfig,
): Validated | Rejected | Promise<Validated | Rejected> {
  const size = RecordBatch.frameAt(records, 0, records.length)
  const refusal = checkFrame(records, size, context) ?? checkHeader(records, size, context, config)
  if (refusal) return refusal
  const batch = size === records.length ? records : records.subarray(0, size)
  if (context.origin !== 'client') return stamp(batch, context, config, RecordBatch.maxTimestamp(batch, 0))
  const codec = RecordBatch.codec(batch, 0)
  const target = targetCodec(codec, config)
  if (codec === CodecId.none) {
    const checked = checkRecords(batch, batch, RecordBatch.recordsAt, size, context, config)
    if (typeof checked === 'object') return checked
    if (target === codec) return stamp(batch, context, config, checked)
  }
  return throughCodecs(batch, codec, target, context, config)
}

function checkFrame(records: Buffer, size: number, context: AppendContext): Rejected | null {
  // Also of a batch that is cut off, as Kafka does: what has no magic is no batch.
  const magic = RecordBatch.reachesMagic(records.length)
    ? RecordBatch.magic(records, 0)
    : RecordBatch.currentMagic
  if (magic < 0 || magic > RecordBatch.currentMagic)
    return reject(ErrorCode.CORRUPT_MESSAGE, `Magic ${magic} is unknown.`)
  if (size === RecordBatch.BatchFrame.incomplete)
    return reject(ErrorCode.INVALID_RECORD, 'There must be one whole record batch for each partition.')
  if (size === RecordBatch.BatchFrame.invalid)
    return reject(ErrorCode.CORRUPT_MESSAGE, 'No record batch can have the length that stands in its header.')
  if (magic !== RecordBatch.currentMagic)
    return reject(ErrorCode.INVALID_RECORD, `Only record batches of magic 2 are accepted, this has ${magic}.`)
  // Kafka, too, ignores what follows unless it is a batch: a fetch may have cut it off.
  if (size < records.length && RecordBatch.frameAt(records, size, records.length) > 0)
    return reject(ErrorCode.INVALID_RECORD, 'There must be exactly one record batch for each partition.')
  const codec = RecordBatch.codec(records, 0)
  if (!isCodecId(codec))
    return reject(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `No compression codec has the id ${codec}.`)
  if (codec === CodecId.zstd && (context.apiVersion ?? zstdProduceVersionMin) < zstdProduceVersionMin)
    return reject(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      `Produce version ${context.apiVersion} may not carry batches compressed with zstd.`,
    )
  return null
}

function checkHeader(b: Buffer, size: number, context: AppendContext, config: LogConfig): Rejected | null {
  if (context.origin !== 'controller' && size > config.maxMessageBytes) return tooLarge(size, config)
  if (size > config.segmentBytes)
    return reject(
      ErrorCode.RECORD_LIST_TOO_LARGE,
      `The batch of ${size} bytes is larger than a segment may be (${config.segmentBytes}).`,
    )
  if (context.origin !== 'client') return null
  const baseOffset = RecordBatch.baseOffset(b, 0)
  if (baseOffset !== 0)
    return reject(
      ErrorCode.INVALID_RECORD,
      `The base offset of an appended batch must be 0, not ${baseOffset}.`,
    )
  if (!RecordBatch.isCrcValid(b, 0, size))
    return reject(ErrorCode.CORRUPT_MESSAGE, 'The checksum of the record batch does not fit its content.')
  const count = RecordBatch.count(b, 0)
  if (count <= 0) return reject(ErrorCode.INVALID_RECORD, `A batch cannot have ${count} records.`)
  const lastOffsetDelta = RecordBatch.lastOffsetDelta(b, 0)
  if (lastOffsetDelta !== count - 1)
    return reject(
      ErrorCode.INVALID_RECORD,
      `The last offset delta ${lastOffsetDelta} does not fit a count of ${count} records.`,
    )
  if (RecordBatch.isControl(b, 0))
    return reject(ErrorCode.INVALID_RECORD, 'Clients may not write control records.')
  const producerId = RecordBatch.producerId(b, 0)
  const baseSequence = RecordBatch.baseSequence(b, 0)
  if (producerId >= 0 && baseSequence < 0)
    return reject(
      ErrorCode.INVALID_RECORD,
      `Sequence ${baseSequence} is invalid in a batch with producer id ${producerId}.`,
    )
  return null
}

/**
 * Checks the records in `section`, which are those of `batch` in uncompressed form. Returns their largest
 * timestamp.
 */
function checkRecords(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  context: AppendContext,
  config: LogConfig,
): Int64 | Rejected {
  const count = RecordBatch.count(batch, 0)
  const fault = walkRecords(section, start, end, count, summary)
  if (fault) {
    const message = `Record ${fault.index} of ${count} is malformed: ${fault.reason}.`
    return reject(ErrorCode.INVALID_RECORD, message, [{ batchIndex: fault.index, message }])
  }
  // Apache Kafka, too, looks at offsets only where it has to decompress, or compresses.
  if (section !== batch && summary.firstOffDelta >= 0) return offsetRefusal(summary.firstOffDelta)
  const { smallest, largest } = timestampRange(batch, section, start, end)
  const suspicious =
    isStamped(batch) ||
    (config.cleanupPolicy.compact && summary.firstWithoutKey >= 0) ||
    (config.messageTimestampType === 'CreateTime' &&
      (isOutOfRange(largest, context.nowMs, config) || isOutOfRange(smallest, context.nowMs, config)))
  if (suspicious) {
    const refusal = recordRefusal(batch, section, start, end, context, config)
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
 * From the walk that has just filled `summary`; by another one where timestamps may have gone round at 2^63. All
 * records of a stamped batch have the time of its header.
 */
function timestampRange(batch: Buffer, section: Buffer, start: number, end: number) {
  if (isStamped(batch)) {
    const stamp = RecordBatch.maxTimestamp(batch, 0)
    return { smallest: stamp, largest: stamp }
  }
  const base = RecordBatch.baseTimestamp(batch, 0)
  let smallest = addInt64(base, summary.minTimestampDelta)
  let largest = addInt64(base, summary.maxTimestampDelta)
  if (typeof smallest === 'bigint' || typeof largest === 'bigint') {
    smallest = Int64.MAX
    largest = Int64.MIN
    walkRecords(section, start, end, RecordBatch.count(batch, 0), undefined, (_, timestampDelta) => {
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
function recordRefusal(
  batch: Buffer,
  section: Buffer,
  start: number,
  end: number,
  context: AppendContext,
  config: LogConfig,
): Rejected | null {
  const baseTimestamp = RecordBatch.baseTimestamp(batch, 0)
  const stamp = isStamped(batch) ? RecordBatch.maxTimestamp(batch, 0) : null
  const errors: RecordError[] = []
  let timestampErrors = 0
  walkRecords(
    section,
    start,
    end,
    RecordBatch.count(batch, 0),
    summary,
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

function targetCodec(source: number, config: LogConfig): number {
  if (config.compressionType === 'producer') return source
  return config.compressionType === 'uncompressed' ? CodecId.none : CodecId[config.compressionType]
}

function levelOf(codec: number, config: LogConfig): number | undefined {
  if (codec === CodecId.gzip) return config.compressionGzipLevel
  if (codec === CodecId.lz4) return config.compressionLz4Level
  return codec === CodecId.zstd ? config.compressionZstdLevel : undefined
}

/** Decompresses, checks, and compresses otherwise where the topic wants it. Waits only where a codec must. */
function throughCodecs(
  batch: Buffer,
  codec: number,
  target: number,
  context: AppendContext,
  config: LogConfig,
): Validated | Rejected | Promise<Validated | Rejected> {
  // zstd may have to wait, and the bytes that came in are overwritten by the next read of the socket.
  let own = codec === CodecId.zstd || target === CodecId.zstd ? Buffer.from(batch) : batch
  let section: Buffer | Promise<Buffer>
  try {
    const bytes = own.subarray(RecordBatch.recordsAt)
    section = decompress(codec, bytes, decompressedBytesMax, decompressedAtOnceBytesMax)
  } catch (error) {
    return rejectCodec(error, codec)
  }
  if (!(section instanceof Promise)) return recompress(own, section, codec, target, context, config)
  if (own === batch) own = Buffer.from(batch)
  return section.then(
    (bytes) => recompress(own, bytes, codec, target, context, config),
    (error: unknown) => rejectCodec(error, codec),
  )
}

function recompress(
  batch: Buffer,
  section: Buffer,
  codec: number,
  target: number,
  context: AppendContext,
  config: LogConfig,
): Validated | Rejected | Promise<Validated | Rejected> {
  const largest = checkRecords(batch, section, 0, section.length, context, config)
  if (typeof largest === 'object') return largest
  const limit = config.maxDecompressedMessageBytes
  // A limit of each record, as on Apache Kafka, not of the batch.
  if (section.length > limit && largestRecordBytes(section, 0, section.length) > limit)
    return reject(
      ErrorCode.INVALID_RECORD,
      `A record is larger than max.decompressed.message.bytes (${limit}) when it is decompressed.`,
    )
  if (codec === target) return stamp(batch, context, config, largest)
  const header = Buffer.from(batch.subarray(0, RecordBatch.recordsAt))
  const compressed = compress(target, section, levelOf(target, config))
  return compressed instanceof Promise
    ? compressed.then((bytes) => withSection(header, bytes, target, context, config, largest))
    : withSection(header, compressed, target, context, config, largest)
}

function withSection(
  header: Buffer,
  section: Buffer,
  codec: number,
  context: AppendContext,
  config: LogConfig,
  largestTimestamp: Int64,
): Validated | Rejected {
  const batch = Buffer.concat([header, section])
  if (batch.length > config.maxMessageBytes) return tooLarge(batch.length, config)
  RecordBatch.setSizeAndCodec(batch, 0, batch.length, codec)
  RecordBatch.updateCrc(batch, 0, batch.length)
  return stamp(batch, context, config, largestTimestamp)
}

/** Kafka corrects a header that lies about its largest timestamp, and so do we. */
function stamp(batch: Buffer, context: AppendContext, config: LogConfig, largestTimestamp: Int64): Validated {
  const stamped = config.messageTimestampType === 'LogAppendTime' && context.origin !== 'controller'
  if (stamped) RecordBatch.setMaxTimestamp(batch, 0, RecordBatch.TimestampType.logAppendTime, context.nowMs)
  else if (context.origin === 'client')
    RecordBatch.setMaxTimestamp(batch, 0, RecordBatch.TimestampType.createTime, largestTimestamp)
  return {
    kind: 'validated',
    origin: context.origin,
    batch,
    logAppendTimeMs: stamped ? context.nowMs : -1,
    marker: context.origin === 'coordinator' ? readMarker(batch, 0) : null,
  }
}

function rejectCodec(error: unknown, codec: number): Rejected {
  const name = codecName(codec)
  if (error instanceof DecompressedSizeError)
    return reject(
      ErrorCode.MESSAGE_TOO_LARGE,
      `The records are more than ${decompressedBytesMax} bytes without ${name}.`,
    )
  if (error instanceof CorruptDataError)
    return reject(ErrorCode.INVALID_RECORD, `The records are not what ${name} makes: ${error.message}.`)
  throw error
}

function tooLarge(size: number, config: LogConfig): Rejected {
  return reject(
    ErrorCode.MESSAGE_TOO_LARGE,
    `The record batch of ${size} bytes exceeds max.message.bytes (${config.maxMessageBytes}).`,
  )
}

function reject(error: ErrorCode, message: string, recordErrors: RecordError[] = []): Rejected {
  return { kind: 'rejected', error, message, recordErrors }
}
