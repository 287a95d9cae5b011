import type { Int64 } from '../int64.ts'
import { ErrorCode } from '../errors.ts'
import { beginResponseFrame, endFrame } from '../frame.ts'
import { Produce } from '../schema/00-produce.ts'
import { Writer } from '../writer.ts'
import type { ProducedPartition, ProduceRequest } from './produce-request.ts'

const logStartOffsetVersionMin = 5
const recordErrorsVersionMin = 8

/** Where the records of one partition stand now. */
interface ProducedRecords {
  readonly baseOffset: Int64
  readonly logAppendTimeMs: Int64
  readonly logStartOffset: Int64
}

/**
 * The response frame of a request without errors, `produced` in the order of its partitions: the schema's encoder, by
 * hand (proven equal in a test).
 */
export function encodeProduceSuccess(
  version: number,
  correlationId: number,
  throttleTimeMs: number,
  { byId, topics, partitions }: ProduceRequest,
  produced: readonly ProducedRecords[],
): Buffer {
  const flexible = Produce.response.isFlexible(version)
  const writer = new Writer(64 + 40 * topics.length + 34 * partitions.length)
  beginResponseFrame(writer, Produce, version, correlationId)
  if (flexible) writer.compactArrayLength(topics.length)
  else writer.arrayLength(topics.length)
  let next = 0
  for (let t = 0; t < topics.length; t++) {
    const topic = topics[t] as string
    if (byId) writer.uuid(topic)
    else if (flexible) writer.compactString(topic)
    else writer.string(topic)
    let end = next
    while (end < partitions.length && (partitions[end] as ProducedPartition).topic === t) end++
    if (flexible) writer.compactArrayLength(end - next)
    else writer.arrayLength(end - next)
    for (; next < end; next++) {
      const records = produced[next] as ProducedRecords
      writer.int32((partitions[next] as ProducedPartition).index)
      writer.int16(ErrorCode.NONE)
      writer.int64(records.baseOffset)
      writer.int64(records.logAppendTimeMs)
      if (version >= logStartOffsetVersionMin) writer.int64(records.logStartOffset)
      // No record errors, no message, no tagged fields.
      if (flexible) {
        writer.uvarint(1)
        writer.uvarint(0)
        writer.uvarint(0)
      } else if (version >= recordErrorsVersionMin) {
        writer.int32(0)
        writer.int16(-1)
      }
    }
    if (flexible) writer.uvarint(0)
  }
  writer.int32(throttleTimeMs)
  if (flexible) writer.uvarint(0)
  return endFrame(writer)
}
