import { ErrorCode } from '../errors.ts'
import type { Int64 } from '../int64.ts'
import { beginResponseFrame } from '../frame.ts'
import { Fetch } from '../schema/01-fetch.ts'
import { Writer } from '../writer.ts'

const logStartOffsetVersionMin = 5
const sessionVersionMin = 7
const preferredReplicaVersionMin = 11
const divergingEpochTag = 0
const currentLeaderTag = 1
const nodeEndpointsTag = 0
/** From this version on a request and its response name topics by id (KIP-516). */
export const fetchByIdVersionMin = 13

/** What one partition contributes to a response. Its records stay where they are; only their length is read. */
export interface FetchedPartition<Records extends Sized> {
  /** As the request named it: `topicKey` is an id from version 13 on, a name below. */
  readonly wanted: { readonly topicKey: string; readonly partition: number }
  readonly error: number
  readonly highWatermark: Int64
  readonly lastStableOffset: Int64
  readonly logStartOffset: Int64
  readonly records: Records | null
  /** Null below read_committed. */
  readonly abortedTransactions: readonly { producerId: Int64; firstOffset: Int64 }[] | null
  readonly divergingEpoch: { epoch: number; endOffset: Int64 } | null
  readonly currentLeader: { leaderId: number; leaderEpoch: number } | null
  /** Where the reader had better go (KIP-392); −1: nowhere. */
  readonly preferredReadReplica: number
}

interface FetchResponse<Records extends Sized> {
  readonly version: number
  readonly correlationId: number
  readonly throttleTimeMs: number
  readonly sessionId: number
  /** Neighbours of the same topic share its header. */
  readonly partitions: readonly FetchedPartition<Records>[]
  readonly nodeEndpoints: readonly { nodeId: number; host: string; port: number; rack: string | null }[]
}

interface Sized {
  /** Bytes. */
  readonly length: number
}

/** After so many bytes of everything else these records stand. */
interface Cut<Records> {
  readonly at: number
  readonly records: Records
}

/**
 * The response frame as alternating pieces of header and record data: the schema's encoder, by hand (proven equal in a
 * test), because the record data stays in its files. In steps, a partition each.
 */
export function* encodeFetchResponseInSteps<Records extends Sized>(
  response: FetchResponse<Records>,
): Generator<undefined, (Buffer | Records)[], undefined> {
  const { version, partitions } = response
  const flexible = Fetch.response.isFlexible(version)
  const writer = new Writer(128 + partitions.length * 96)
  const cuts: Cut<Records>[] = []
  beginResponseFrame(writer, Fetch, version, response.correlationId)
  writer.int32(response.throttleTimeMs)
  if (version >= sessionVersionMin) {
    writer.int16(ErrorCode.NONE)
    writer.int32(response.sessionId)
  }
  const topics = byTopic(partitions)
  if (flexible) writer.compactArrayLength(topics.length)
  else writer.arrayLength(topics.length)
  for (const topic of topics) {
    const key = (topic[0] as FetchedPartition<Records>).wanted.topicKey
    if (version >= fetchByIdVersionMin) writer.uuid(key)
    else if (flexible) writer.compactString(key)
    else writer.string(key)
    if (flexible) writer.compactArrayLength(topic.length)
    else writer.arrayLength(topic.length)
    for (const partition of topic) {
      writePartition(writer, partition, version, flexible)
      if (partition.records) cuts.push({ at: writer.position, records: partition.records })
      if (flexible) writePartitionTags(writer, partition)
      yield
    }
    if (flexible) writer.uvarint(0)
  }
  if (flexible) writeNodeEndpoints(writer, response.nodeEndpoints)
  const bytes = cuts.reduce((sum, cut) => sum + cut.records.length, writer.position)
  writer.patchInt32(0, bytes - 4)
  return pieces(writer.finish(), cuts)
}

function writePartition(
  writer: Writer,
  fetched: FetchedPartition<Sized>,
  version: number,
  flexible: boolean,
): void {
  writer.int32(fetched.wanted.partition)
  writer.int16(fetched.error)
  writer.int64(fetched.highWatermark)
  writer.int64(fetched.lastStableOffset)
  if (version >= logStartOffsetVersionMin) writer.int64(fetched.logStartOffset)
  const aborted = fetched.abortedTransactions
  if (flexible) writer.compactArrayLength(aborted ? aborted.length : -1)
  else writer.arrayLength(aborted ? aborted.length : -1)
  for (const { producerId, firstOffset } of aborted ?? []) {
    writer.int64(producerId)
    writer.int64(firstOffset)
    if (flexible) writer.uvarint(0)
  }
  if (version >= preferredReplicaVersionMin) writer.int32(fetched.preferredReadReplica)
  const length = fetched.records?.length ?? 0
  if (flexible) writer.uvarint(length + 1)
  else writer.int32(length)
}

function writePartitionTags(writer: Writer, fetched: FetchedPartition<Sized>): void {
  const { divergingEpoch, currentLeader } = fetched
  writer.uvarint((divergingEpoch ? 1 : 0) + (currentLeader ? 1 : 0))
  if (divergingEpoch) {
    writer.uvarint(divergingEpochTag)
    writer.uvarint(4 + 8 + 1)
    writer.int32(divergingEpoch.epoch)
    writer.int64(divergingEpoch.endOffset)
    writer.uvarint(0)
  }
  if (currentLeader) {
    writer.uvarint(currentLeaderTag)
    writer.uvarint(4 + 4 + 1)
    writer.int32(currentLeader.leaderId)
    writer.int32(currentLeader.leaderEpoch)
    writer.uvarint(0)
  }
}

function writeNodeEndpoints(writer: Writer, endpoints: FetchResponse<Sized>['nodeEndpoints']): void {
  if (endpoints.length === 0) {
    writer.uvarint(0)
    return
  }
  writer.uvarint(1)
  writer.uvarint(nodeEndpointsTag)
  const content = new Writer(64 * endpoints.length)
  content.compactArrayLength(endpoints.length)
  for (const { nodeId, host, port, rack } of endpoints) {
    content.int32(nodeId)
    content.compactString(host)
    content.int32(port)
    content.compactNullableString(rack)
    content.uvarint(0)
  }
  const bytes = content.finish()
  writer.uvarint(bytes.length)
  writer.raw(bytes)
}

function byTopic<Records extends Sized>(
  partitions: readonly FetchedPartition<Records>[],
): FetchedPartition<Records>[][] {
  const topics: FetchedPartition<Records>[][] = []
  let topicKey: string | undefined
  for (const partition of partitions) {
    if (partition.wanted.topicKey === topicKey) topics.at(-1)?.push(partition)
    else topics.push([partition])
    topicKey = partition.wanted.topicKey
  }
  return topics
}

function pieces<Records>(header: Buffer, cuts: readonly Cut<Records>[]): (Buffer | Records)[] {
  const parts: (Buffer | Records)[] = []
  let from = 0
  for (const { at, records } of cuts) {
    parts.push(header.subarray(from, at), records)
    from = at
  }
  if (from < header.length) parts.push(header.subarray(from))
  return parts
}
