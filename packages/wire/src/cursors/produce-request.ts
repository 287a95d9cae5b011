import type { Reader } from '../reader.ts'
import { Produce } from '../schema/00-produce.ts'

const topicIdVersionMin = 13

/** A Produce request, flat: its partitions stand in one list, whatever their topics. */
export interface ProduceRequest {
  readonly transactionalId: string | null
  readonly acks: number
  readonly timeoutMs: number
  /** Are `topics` ids? Else they are names. */
  readonly byId: boolean
  readonly topics: readonly string[]
  readonly partitions: readonly ProducedPartition[]
}

/** One partition's part of a Produce request. */
export interface ProducedPartition {
  /** Place of its topic in `topics`. */
  readonly topic: number
  readonly index: number
  /** A view of what the request was read from; empty for null. */
  readonly records: Buffer
}

const noRecords = Buffer.alloc(0)

/** Reads the request without an object for each level: the schema's decoder, by hand (proven equal in a test). */
export function readProduceRequest(reader: Reader, version: number): ProduceRequest {
  const flexible = Produce.request.isFlexible(version)
  const byId = version >= topicIdVersionMin
  const transactionalId = flexible ? reader.compactNullableString() : reader.nullableString()
  const acks = reader.int16()
  const timeoutMs = reader.int32()
  const topics: string[] = []
  const partitions: ProducedPartition[] = []
  const topicCount = flexible ? reader.compactArrayLength(2) : reader.arrayLength(6)
  for (let topic = 0; topic < topicCount; topic++) {
    topics.push(byId ? reader.uuid() : flexible ? reader.compactString() : reader.string())
    const partitionCount = flexible ? reader.compactArrayLength(6) : reader.arrayLength(8)
    for (let p = 0; p < partitionCount; p++) {
      const index = reader.int32()
      const records = flexible ? reader.compactNullableBytesView() : reader.nullableBytesView()
      partitions.push({ topic, index, records: records ?? noRecords })
      if (flexible) reader.skipTaggedFields()
    }
    if (flexible) reader.skipTaggedFields()
  }
  if (flexible) reader.skipTaggedFields()
  return { transactionalId, acks, timeoutMs, byId, topics, partitions }
}
