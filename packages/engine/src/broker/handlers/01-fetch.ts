/*
 * Fetch, versions 4 to 18.
 *
 * - Long poll: waits until `minBytes` are readable, at most `maxWaitMs`; any partition error ends the wait.
 * - At most `maxBytes` (and fetch.max.bytes) a response and `partitionMaxBytes` a partition, but the first batch
 *   of the first partition with data is always there (KIP-74). Whole batches only.
 * - Sessions (KIP-227), topic ids from version 13 on (KIP-516), leader epochs (KIP-320), truncation detection
 *   (KIP-595), isolation levels with aborted transactions (KIP-98), leader hints from version 16 on (KIP-951).
 * - Record data is never held in memory: the response names ranges of segment files, which the connection streams.
 * Not done: followers (a replica id is answered with 6 until brokers replicate), preferred replicas (KIP-392).
 */
import { encodeResponseFrame, ErrorCode, Fetch, Reader, Writer, type RequestOf } from '@sluice/wire'
import type { Timer } from '@sluice/effects'
import type { FetchWaiter, Partition } from '../../replication/partition.ts'
import type { FetchPartition, FetchScope } from '../fetch-sessions.ts'
import { rawHandler, type RequestContext } from '../handler.ts'
import type { FetchSlice } from '../../storage/log.ts'
import type { Reply, ResponsePart } from '../reply.ts'

const topicIdVersionMin = 13
const flexibleVersionMin = 12
const sessionVersionMin = 7
const leaderHintVersionMin = 16
const readCommitted = 1

export const fetch = rawHandler(Fetch, (body, context, reply) => {
  const request = Fetch.request.decode(new Reader(body.buffer, body.start, body.end), context.apiVersion)
  const byId = context.apiVersion >= topicIdVersionMin
  const scope = context.broker.fetchSessions.open(
    context.apiVersion >= sessionVersionMin ? request : { ...request, sessionId: 0, sessionEpoch: -1 },
    byId,
    context.broker.nowMs,
  )
  if (scope.error !== ErrorCode.NONE) {
    const response = { errorCode: scope.error, sessionId: scope.sessionId }
    reply.send(encodeResponseFrame(Fetch, context.apiVersion, context.correlationId, response))
    return
  }
  new FetchJob(request, scope, context, reply).start()
})

/** What one partition contributes to the response. */
export interface FetchedPartition {
  readonly wanted: FetchPartition
  error: number
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
  records: FetchSlice | null
  /** Null below read_committed. */
  abortedTransactions: readonly { producerId: number; firstOffset: number }[] | null
  divergingEpoch: { epoch: number; endOffset: number } | null
  currentLeader: { leaderId: number; leaderEpoch: number } | null
}

class FetchJob implements FetchWaiter {
  readonly #request: RequestOf<typeof Fetch>
  readonly #scope: FetchScope
  readonly #context: RequestContext
  readonly #reply: Reply
  readonly #wanted: FetchPartition[]
  #watched: Partition[] = []
  #timer: Timer | null = null
  #unhook: (() => void) | null = null

  constructor(request: RequestOf<typeof Fetch>, scope: FetchScope, context: RequestContext, reply: Reply) {
    this.#request = request
    this.#scope = scope
    this.#context = context
    this.#reply = reply
    this.#wanted = [...scope.partitions]
  }

  start(): void {
    const fetched = this.#read()
    if (this.#request.maxWaitMs <= 0 || this.#wanted.length === 0 || this.#enough(fetched)) {
      this.#answer(fetched)
      return
    }
    releaseAll(fetched)
    this.#wait()
  }

  dataArrived(): void {
    const fetched = this.#read()
    if (this.#enough(fetched)) {
      this.#stopWaiting()
      this.#answer(fetched)
    } else releaseAll(fetched)
  }

  #wait(): void {
    const { broker, connection } = this.#context
    for (const wanted of this.#wanted) {
      const partition = this.#partition(wanted)
      if (typeof partition === 'number') continue
      partition.awaitData(this)
      this.#watched.push(partition)
    }
    this.#timer = broker.clock.schedule(this.#request.maxWaitMs, () => {
      this.#stopWaiting()
      this.#answer(this.#read())
    })
    this.#unhook = connection.onCloseOnce(() => this.#stopWaiting())
  }

  #stopWaiting(): void {
    this.#timer?.cancel()
    this.#unhook?.()
    for (const partition of this.#watched) partition.forget(this)
    this.#watched = []
  }

  #enough(fetched: readonly FetchedPartition[]): boolean {
    let bytes = 0
    for (const partition of fetched) {
      if (partition.error !== ErrorCode.NONE || partition.divergingEpoch) return true
      bytes += partition.records?.length ?? 0
    }
    return bytes >= this.#request.minBytes
  }

  #read(): FetchedPartition[] {
    const { config } = this.#context.broker
    let bytesLeft = Math.min(this.#request.maxBytes, config.int('fetch.max.bytes'))
    let mustReturnBatch = true
    return this.#wanted.map((wanted) => {
      const fetched = this.#readPartition(wanted, bytesLeft, mustReturnBatch)
      const bytes = fetched.records?.length ?? 0
      if (bytes > 0) mustReturnBatch = false
      bytesLeft = Math.max(0, bytesLeft - bytes)
      return fetched
    })
  }

  #readPartition(wanted: FetchPartition, bytesLeft: number, mustReturnBatch: boolean): FetchedPartition {
    const partition = this.#partition(wanted)
    if (typeof partition === 'number') {
      const failed = failedPartition(wanted, partition)
      // As on Apache Kafka, where another part answers for what does not exist when the request comes.
      if (!this.#timer && isUnknown(partition)) failed.abortedTransactions = []
      return failed
    }
    const error = this.#isFollower()
      ? ErrorCode.NOT_LEADER_OR_FOLLOWER
      : partition.check(wanted.currentLeaderEpoch)
    if (error !== ErrorCode.NONE) return this.#hinted(failedPartition(wanted, error), partition)
    const committed = this.#request.isolationLevel === readCommitted
    const upTo = committed ? partition.lastStableOffset : partition.highWatermark
    const { log } = partition
    const fetched: FetchedPartition = {
      wanted,
      error: ErrorCode.NONE,
      highWatermark: partition.highWatermark,
      lastStableOffset: partition.lastStableOffset,
      logStartOffset: log.logStartOffset,
      records: null,
      abortedTransactions: committed ? [] : null,
      divergingEpoch: null,
      currentLeader: null,
    }
    if (wanted.lastFetchedEpoch >= 0) {
      const end = log.leaderEpochs.endOffsetFor(wanted.lastFetchedEpoch)
      if (end.epoch < 0) return failedPartition(wanted, ErrorCode.OFFSET_OUT_OF_RANGE)
      if (end.epoch < wanted.lastFetchedEpoch || end.endOffset < wanted.fetchOffset) {
        fetched.divergingEpoch = { epoch: end.epoch, endOffset: end.endOffset }
        return fetched
      }
    }
    if (wanted.fetchOffset < log.logStartOffset || wanted.fetchOffset > log.logEndOffset)
      return failedPartition(wanted, ErrorCode.OFFSET_OUT_OF_RANGE)
    if (wanted.fetchOffset >= upTo) return fetched
    try {
      fetched.records = log.read(
        wanted.fetchOffset,
        Math.min(wanted.partitionMaxBytes, bytesLeft),
        upTo,
        mustReturnBatch,
      )
      if (committed && fetched.records)
        fetched.abortedTransactions = log.abortedTransactions(wanted.fetchOffset, fetched.records.endOffset)
    } catch (failure) {
      partition.readFailed(failure)
      return failedPartition(wanted, ErrorCode.KAFKA_STORAGE_ERROR)
    }
    return fetched
  }

  #partition(wanted: FetchPartition): Partition | number {
    const { broker, apiVersion } = this.#context
    let name = wanted.topicKey
    if (apiVersion >= topicIdVersionMin) {
      const known = broker.metadata.topicNameOf(wanted.topicKey)
      if (known === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
      name = known
    }
    const { partitions } = broker
    return partitions.get(name, wanted.partition) ?? partitions.whyMissing(name, wanted.partition)
  }

  #isFollower(): boolean {
    const { replicaId, replicaState } = this.#request
    return replicaId >= 0 || replicaState.replicaId >= 0
  }

  #hinted(fetched: FetchedPartition, partition: Partition): FetchedPartition {
    const { error } = fetched
    // The field is there from version 12 on, and told from 16 on, where the leader's address comes along (KIP-951).
    if (this.#context.apiVersion < leaderHintVersionMin) return fetched
    if (error === ErrorCode.NOT_LEADER_OR_FOLLOWER || error === ErrorCode.FENCED_LEADER_EPOCH)
      fetched.currentLeader = { leaderId: partition.state.leader, leaderEpoch: partition.leaderEpoch }
    return fetched
  }

  #answer(fetched: FetchedPartition[]): void {
    const { apiVersion, correlationId, broker, connection } = this.#context
    const shown = this.#scope.incremental ? fetched.filter(hasNews) : fetched
    for (const partition of shown) {
      partition.wanted.sentHighWatermark = partition.highWatermark
      partition.wanted.sentLogStartOffset = partition.logStartOffset
      if (partition.records) this.#scope.served(partition.wanted)
    }
    const hints = shown.some((partition) => partition.currentLeader !== null)
    this.#reply.send(
      encodeFetchResponse({
        version: apiVersion,
        correlationId,
        sessionId: this.#scope.sessionId,
        partitions: shown,
        endpoints:
          hints && apiVersion >= leaderHintVersionMin
            ? broker.endpointsFor(connection).map((e) => ({ nodeId: e.brokerId, ...e }))
            : [],
      }),
    )
  }
}

/** Has anything changed since this session was told about the partition? */
function hasNews(fetched: FetchedPartition): boolean {
  return (
    fetched.records !== null ||
    fetched.error !== ErrorCode.NONE ||
    fetched.divergingEpoch !== null ||
    fetched.highWatermark !== fetched.wanted.sentHighWatermark ||
    fetched.logStartOffset !== fetched.wanted.sentLogStartOffset
  )
}

function failedPartition(wanted: FetchPartition, error: number): FetchedPartition {
  return {
    wanted,
    error,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    records: null,
    abortedTransactions: null,
    divergingEpoch: null,
    currentLeader: null,
  }
}

function isUnknown(error: number): boolean {
  return error === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || error === ErrorCode.UNKNOWN_TOPIC_ID
}

function releaseAll(fetched: readonly FetchedPartition[]): void {
  for (const partition of fetched) partition.records?.release()
}

export interface FetchResponseFacts {
  version: number
  correlationId: number
  sessionId: number
  partitions: readonly FetchedPartition[]
  endpoints: readonly { nodeId: number; host: string; port: number; rack: string | null }[]
}

/**
 * The response frame as alternating pieces of header and record data: the schema's encoder, by hand (proven equal
 * in a test), because the record data stays in its files.
 */
export function encodeFetchResponse(facts: FetchResponseFacts): ResponsePart[] {
  const { version, partitions } = facts
  const flexible = version >= flexibleVersionMin
  const writer = new Writer(128 + partitions.length * 96)
  /** After how many header bytes which records stand. */
  const cuts: { at: number; records: FetchSlice }[] = []
  writer.int32(0)
  writer.int32(facts.correlationId)
  if (flexible) writer.uvarint(0)
  writer.int32(0)
  if (version >= sessionVersionMin) {
    writer.int16(ErrorCode.NONE)
    writer.int32(facts.sessionId)
  }
  const topics = byTopic(partitions)
  if (flexible) writer.compactArrayLength(topics.length)
  else writer.arrayLength(topics.length)
  for (const topic of topics) {
    const key = (topic[0] as FetchedPartition).wanted.topicKey
    if (version >= topicIdVersionMin) writer.uuid(key)
    else if (flexible) writer.compactString(key)
    else writer.string(key)
    if (flexible) writer.compactArrayLength(topic.length)
    else writer.arrayLength(topic.length)
    for (const partition of topic) {
      writePartition(writer, partition, version)
      if (partition.records) cuts.push({ at: writer.position, records: partition.records })
      if (flexible) writePartitionTags(writer, partition)
    }
    if (flexible) writer.uvarint(0)
  }
  if (flexible) writeEndpoints(writer, facts.endpoints)
  const bytes = cuts.reduce((sum, cut) => sum + cut.records.length, writer.position)
  writer.patchInt32(0, bytes - 4)
  return pieces(writer.finish(), cuts)
}

function writePartition(writer: Writer, fetched: FetchedPartition, version: number): void {
  const flexible = version >= flexibleVersionMin
  writer.int32(fetched.wanted.partition)
  writer.int16(fetched.error)
  writer.int64(fetched.highWatermark)
  writer.int64(fetched.lastStableOffset)
  if (version >= 5) writer.int64(fetched.logStartOffset)
  const aborted = fetched.abortedTransactions
  if (flexible) writer.compactArrayLength(aborted ? aborted.length : -1)
  else writer.arrayLength(aborted ? aborted.length : -1)
  for (const { producerId, firstOffset } of aborted ?? []) {
    writer.int64(producerId)
    writer.int64(firstOffset)
    if (flexible) writer.uvarint(0)
  }
  if (version >= 11) writer.int32(-1)
  const length = fetched.records?.length ?? 0
  if (flexible) writer.uvarint(length + 1)
  else writer.int32(length)
}

function writePartitionTags(writer: Writer, fetched: FetchedPartition): void {
  const { divergingEpoch, currentLeader } = fetched
  writer.uvarint((divergingEpoch ? 1 : 0) + (currentLeader ? 1 : 0))
  if (divergingEpoch) {
    writer.uvarint(0)
    writer.uvarint(4 + 8 + 1)
    writer.int32(divergingEpoch.epoch)
    writer.int64(divergingEpoch.endOffset)
    writer.uvarint(0)
  }
  if (currentLeader) {
    writer.uvarint(1)
    writer.uvarint(4 + 4 + 1)
    writer.int32(currentLeader.leaderId)
    writer.int32(currentLeader.leaderEpoch)
    writer.uvarint(0)
  }
}

function writeEndpoints(writer: Writer, endpoints: FetchResponseFacts['endpoints']): void {
  if (endpoints.length === 0) {
    writer.uvarint(0)
    return
  }
  writer.uvarint(1)
  writer.uvarint(0)
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

/** Neighbours of the same topic share its header. */
function byTopic(partitions: readonly FetchedPartition[]): FetchedPartition[][] {
  const topics: FetchedPartition[][] = []
  let last: FetchedPartition[] | undefined
  for (const partition of partitions) {
    if (last && (last[0] as FetchedPartition).wanted.topicKey === partition.wanted.topicKey)
      last.push(partition)
    else topics.push((last = [partition]))
  }
  return topics
}

function pieces(header: Buffer, cuts: readonly { at: number; records: FetchSlice }[]): ResponsePart[] {
  const parts: ResponsePart[] = []
  let from = 0
  for (const { at, records } of cuts) {
    parts.push(header.subarray(from, at), records)
    from = at
  }
  if (from < header.length) parts.push(header.subarray(from))
  return parts
}
