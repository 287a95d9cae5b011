/*
 * Produce, versions 3 to 13 (advertised from 0: KAFKA-18659).
 *
 * - acks 0, 1 and -1; -1 waits for the ISR through the purgatory.
 * - Each partition has its own outcome; records are validated and staged here, written and answered when the
 *   socket read ends (replication/partition).
 * - acks=0 has no response; an error closes the connection, which is all that such a producer can notice.
 * - Topics by name, by id from version 13 on (KIP-516). Leader hints from version 10 on (KIP-951).
 * Not done: transactions (a transactional id is answered with 35).
 */
import {
  encodeResponseFrame,
  ErrorCode,
  Produce,
  Reader,
  Writer,
  type Input,
  type ResponseOf,
} from '@sluice/wire'
import type { AppendOutcome, AppendSink, Partition } from '../../replication/partition.ts'
import { rawHandler, type RawRequest, type RequestContext } from '../handler.ts'
import { isInternalTopic } from '../internal-topics.ts'
import type { Reply } from '../reply.ts'

/** Clients must not write to internal topics, but for Kafka's own admin tools. */
const adminClientId = '__admin_client'
const topicIdVersionMin = 13
const leaderHintVersionMin = 10
const flexibleVersionMin = 9

export const produce = rawHandler(Produce, (body, context, reply) => {
  const request = readProduceRequest(body, context.apiVersion)
  const job = new ProduceJob(request, context, reply)
  job.start()
})

/** One partition's part of a Produce request. */
interface PartitionData {
  /** Place of its topic in `topics`. */
  readonly topic: number
  readonly index: number
  /** A view of the receive buffer. */
  readonly records: Buffer
}

export interface ProduceRequestParts {
  readonly transactionalId: string | null
  readonly acks: number
  readonly timeoutMs: number
  /** Names; topic ids from version 13 on. */
  readonly topics: string[]
  readonly partitions: PartitionData[]
}

const noRecords = Buffer.alloc(0)

/** Reads the request without an object for each level: the schema's decoder, by hand (proven equal in a test). */
export function readProduceRequest(body: RawRequest, version: number): ProduceRequestParts {
  const reader = new Reader(body.buffer, body.start, body.end)
  const flexible = version >= flexibleVersionMin
  const transactionalId = flexible ? reader.compactNullableString() : reader.nullableString()
  const acks = reader.int16()
  const timeoutMs = reader.int32()
  const topics: string[] = []
  const partitions: PartitionData[] = []
  const topicCount = flexible ? reader.compactArrayLength(2) : reader.arrayLength(6)
  for (let t = 0; t < topicCount; t++) {
    topics.push(
      version >= topicIdVersionMin ? reader.uuid() : flexible ? reader.compactString() : reader.string(),
    )
    const partitionCount = flexible ? reader.compactArrayLength(6) : reader.arrayLength(8)
    for (let p = 0; p < partitionCount; p++) {
      const index = reader.int32()
      const records = flexible ? reader.compactNullableBytesView() : reader.nullableBytesView()
      partitions.push({ topic: t, index, records: records ?? noRecords })
      if (flexible) reader.skipTaggedFields()
    }
    if (flexible) reader.skipTaggedFields()
  }
  if (flexible) reader.skipTaggedFields()
  return { transactionalId, acks, timeoutMs, topics, partitions }
}

/** Collects the outcomes of one request's partitions and answers when the last one is there. */
class ProduceJob implements AppendSink {
  readonly #request: ProduceRequestParts
  readonly #context: RequestContext
  readonly #reply: Reply
  readonly #outcomes: AppendOutcome[]
  #pending: number
  #failed = false

  constructor(request: ProduceRequestParts, context: RequestContext, reply: Reply) {
    this.#request = request
    this.#context = context
    this.#reply = reply
    this.#pending = request.partitions.length
    this.#outcomes = new Array<AppendOutcome>(this.#pending)
  }

  start(): void {
    const { acks, timeoutMs, partitions, transactionalId } = this.#request
    if (partitions.length === 0) {
      this.#finish()
      return
    }
    const { apiVersion, broker } = this.#context
    const { nowMs } = broker
    const refusal =
      transactionalId !== null
        ? ErrorCode.UNSUPPORTED_VERSION
        : acks < -1 || acks > 1
          ? ErrorCode.INVALID_REQUIRED_ACKS
          : ErrorCode.NONE
    for (let i = 0; i < partitions.length; i++) {
      const data = partitions[i] as PartitionData
      const found = refusal === ErrorCode.NONE ? this.#partition(data) : refusal
      if (typeof found === 'number') this.appended(i, refused(found))
      else
        found.append({
          records: data.records,
          origin: 'client',
          apiVersion,
          acks,
          timeoutMs,
          nowMs,
          sink: this,
          index: i,
        })
    }
  }

  appended(index: number, outcome: AppendOutcome): void {
    this.#outcomes[index] = outcome
    if (outcome.error !== ErrorCode.NONE) this.#failed = true
    this.#pending--
    if (this.#pending === 0) this.#finish()
  }

  #partition(data: PartitionData): Partition | number {
    const { broker, apiVersion, clientId } = this.#context
    const topic = this.#request.topics[data.topic] as string
    if (apiVersion >= topicIdVersionMin) {
      const name = broker.metadata.topicNameOf(topic)
      if (name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
      return broker.partitions.get(name, data.index) ?? broker.partitions.whyMissing(name, data.index)
    }
    if (isInternalTopic(topic) && clientId !== adminClientId) return ErrorCode.INVALID_TOPIC_EXCEPTION
    return broker.partitions.get(topic, data.index) ?? broker.partitions.whyMissing(topic, data.index)
  }

  #finish(): void {
    const { connection, apiVersion, correlationId } = this.#context
    if (this.#request.acks === 0) {
      connection.withoutResponse(this.#reply)
      if (this.#failed) connection.close('a produce without acknowledgement failed')
      return
    }
    const frame = this.#failed
      ? encodeResponseFrame(Produce, apiVersion, correlationId, this.#response())
      : encodeProduceSuccess(this.#request, this.#outcomes, apiVersion, correlationId)
    this.#reply.send(frame)
  }

  /** The response with errors, as the schema's encoder takes it. */
  #response(): Input<ResponseOf<typeof Produce>> {
    const { topics, partitions } = this.#request
    const { broker, apiVersion, connection } = this.#context
    let moved = false
    const responses = topics.map((topic, t) => {
      const partitionResponses = partitions.flatMap((data, i) => {
        if (data.topic !== t) return []
        const outcome = this.#outcomes[i] as AppendOutcome
        const hinted =
          outcome.error === ErrorCode.NOT_LEADER_OR_FOLLOWER && apiVersion >= leaderHintVersionMin
        const leader = hinted ? this.#leader(data) : undefined
        moved ||= leader !== undefined
        return [partitionResponse(data.index, outcome, leader)]
      })
      return {
        ...(apiVersion >= topicIdVersionMin ? { topicId: topic } : { name: topic }),
        partitionResponses,
      }
    })
    const nodeEndpoints = moved
      ? broker
          .endpointsFor(connection)
          .map(({ brokerId, host, port, rack }) => ({ nodeId: brokerId, host, port, rack }))
      : []
    return { responses, nodeEndpoints }
  }

  #leader(data: PartitionData): { leaderId: number; leaderEpoch: number } | undefined {
    const found = this.#partition(data)
    return typeof found === 'number'
      ? undefined
      : { leaderId: found.state.leader, leaderEpoch: found.leaderEpoch }
  }
}

function partitionResponse(
  index: number,
  outcome: AppendOutcome,
  currentLeader: { leaderId: number; leaderEpoch: number } | undefined,
) {
  return {
    index,
    errorCode: outcome.error,
    baseOffset: outcome.baseOffset,
    logAppendTimeMs: outcome.logAppendTimeMs,
    logStartOffset: outcome.logStartOffset,
    recordErrors: outcome.recordErrors.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
    errorMessage: outcome.errorMessage,
    ...(currentLeader && { currentLeader }),
  }
}

/** The response frame of a request without errors: the schema's encoder, by hand (proven equal in a test). */
export function encodeProduceSuccess(
  request: ProduceRequestParts,
  outcomes: readonly Pick<AppendOutcome, 'baseOffset' | 'logAppendTimeMs' | 'logStartOffset'>[],
  version: number,
  correlationId: number,
): Buffer {
  const flexible = version >= flexibleVersionMin
  const { topics, partitions } = request
  const writer = new Writer(64 + 40 * topics.length + 34 * partitions.length)
  writer.int32(0)
  writer.int32(correlationId)
  if (flexible) writer.uvarint(0)
  if (flexible) writer.compactArrayLength(topics.length)
  else writer.arrayLength(topics.length)
  let next = 0
  for (let t = 0; t < topics.length; t++) {
    const topic = topics[t] as string
    if (version >= topicIdVersionMin) writer.uuid(topic)
    else if (flexible) writer.compactString(topic)
    else writer.string(topic)
    let end = next
    while (end < partitions.length && (partitions[end] as PartitionData).topic === t) end++
    if (flexible) writer.compactArrayLength(end - next)
    else writer.arrayLength(end - next)
    for (; next < end; next++) {
      const outcome = outcomes[next] as AppendOutcome
      writer.int32((partitions[next] as PartitionData).index)
      writer.int16(ErrorCode.NONE)
      writer.int64(outcome.baseOffset)
      writer.int64(outcome.logAppendTimeMs)
      if (version >= 5) writer.int64(outcome.logStartOffset)
      // No record errors, no message.
      if (flexible) {
        writer.uvarint(1)
        writer.uvarint(0)
        writer.uvarint(0)
      } else if (version >= 8) {
        writer.int32(0)
        writer.int16(-1)
      }
    }
    if (flexible) writer.uvarint(0)
  }
  writer.int32(0)
  if (flexible) writer.uvarint(0)
  writer.patchInt32(0, writer.position - 4)
  return writer.finish()
}

function refused(error: number): AppendOutcome {
  return {
    error,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    errorMessage: null,
    recordErrors: [],
  }
}
