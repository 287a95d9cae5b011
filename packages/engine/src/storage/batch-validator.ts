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
  type Int64,
  RecordBatch,
  codecName,
  compress,
  compressLarge,
  decompress,
  decompressedBytesMax,
  decompressLarge,
  isCodecId,
  largestRecordBytes,
} from '@sluice/wire'
import { readMarker } from './batch-facts.ts'
import type { LargeBatches } from './large-batches.ts'
import type { LogConfig } from './log-config.ts'
import type { TransactionMarker } from './producer-check.ts'
import {
  type AppendContext,
  checkRecords,
  checkRecordsInSteps,
  type Rejected,
  reject,
} from './record-checks.ts'
import { atOnce, type Steps } from './slices.ts'

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

/** More than this, with or without compression, is not gone through at once: see validateLarge. */
const atOnceBytesMax = 4 * 1024 * 1024

/** zstd came to Produce with version 7 (KIP-110). */
const zstdProduceVersionMin = 7

export function validateBatch(
  records: Buffer,
  context: AppendContext,
  config: LogConfig,
  largeBatches: LargeBatches,
): Validated | Rejected | Promise<Validated | Rejected> {
  const size = RecordBatch.frameAt(records, 0, records.length)
  const refusal = checkFrame(records, size, context) ?? checkHeader(records, size, context, config)
  if (refusal) return refusal
  const batch = size === records.length ? records : records.subarray(0, size)
  if (context.origin !== 'client') return stamp(batch, context, config, RecordBatch.maxTimestamp(batch, 0))
  const codec = RecordBatch.codec(batch, 0)
  const target = targetCodec(codec, config)
  if (size > atOnceBytesMax) return validateLarge(batch, codec, target, context, config, largeBatches)
  if (codec === CodecId.none) {
    const checked = checkRecords(batch, batch, RecordBatch.recordsAt, size, context, config)
    if (typeof checked === 'object') return checked
    if (target === codec) return stamp(batch, context, config, checked)
  }
  return throughCodecs(batch, codec, target, context, config, largeBatches)
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
  largeBatches: LargeBatches,
): Validated | Rejected | Promise<Validated | Rejected> {
  // zstd may have to wait, and the bytes that came in are overwritten by the next read of the socket.
  const own = codec === CodecId.zstd || target === CodecId.zstd ? Buffer.from(batch) : batch
  const failed = (error: unknown) =>
    error instanceof DecompressedSizeError
      ? validateLarge(own, codec, target, context, config, largeBatches)
      : rejectCodec(error, codec)
  let section: Buffer | Promise<Buffer>
  try {
    section = decompress(codec, own.subarray(RecordBatch.recordsAt), atOnceBytesMax)
  } catch (error) {
    return failed(error)
  }
  return section instanceof Promise
    ? section.then((bytes) => recompress(own, bytes, codec, target, context, config), failed)
    : recompress(own, section, codec, target, context, config)
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
  const refusal = atOnce(sizeRefusal(section, config))
  if (refusal) return refusal
  if (codec === target) return stamp(batch, context, config, largest)
  const header = Buffer.from(batch.subarray(0, RecordBatch.recordsAt))
  const compressed = compress(target, section, levelOf(target, config))
  return compressed instanceof Promise
    ? compressed.then((bytes) => withSection(header, bytes, target, context, config, largest))
    : withSection(header, compressed, target, context, config, largest)
}

/**
 * The same of a batch that is large, or whose records are: in slices, and in the thread pool where the codec has a form
 * for it. One after the other in all the node, so that what is large is in memory once; too many are refused, and may
 * come again.
 */
function validateLarge(
  batch: Buffer,
  codec: number,
  target: number,
  context: AppendContext,
  config: LogConfig,
  largeBatches: LargeBatches,
): Rejected | Promise<Validated | Rejected> {
  if (!largeBatches.keep(batch.length))
    return reject(ErrorCode.REQUEST_TIMED_OUT, 'Too many large batches wait to be looked at.')
  const own = Buffer.from(batch)
  const validated = largeBatches.inTurn(async (inSlices) => {
    const bytes = own.subarray(RecordBatch.recordsAt)
    let section: Buffer
    try {
      section = await inSlices(decompressLarge(codec, bytes, decompressedBytesMax))
    } catch (error) {
      return rejectCodec(error, codec)
    }
    const isPlainSection = codec === CodecId.none && target === CodecId.none
    const [records, start] = isPlainSection ? [own, RecordBatch.recordsAt] : [section, 0]
    const largest = await inSlices(checkRecordsInSteps(own, records, start, records.length, context, config))
    if (typeof largest === 'object') return largest
    const refusal = isPlainSection ? null : await inSlices(sizeRefusal(section, config))
    if (refusal) return refusal
    if (codec === target) return stamp(own, context, config, largest)
    const compressed = await inSlices(compressLarge(target, section, levelOf(target, config)))
    return withSection(own.subarray(0, RecordBatch.recordsAt), compressed, target, context, config, largest)
  })
  return validated.finally(() => largeBatches.letGo(own.length))
}

/** A limit of each record, as on Apache Kafka, not of the batch. */
function* sizeRefusal(section: Buffer, config: LogConfig): Steps<Rejected | null> {
  const limit = config.maxDecompressedMessageBytes
  if (section.length <= limit || (yield* largestRecordBytes(section, 0, section.length)) <= limit) return null
  return reject(
    ErrorCode.INVALID_RECORD,
    `A record is larger than max.decompressed.message.bytes (${limit}) when it is decompressed.`,
  )
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
