import { AssertionFailure } from '@sluice/effects'
import {
  encodeProduceSuccess,
  ErrorCode,
  Produce,
  RecordBatch,
  type Input,
  type ProducedPartition,
  type ProduceRequest,
  type ResponseOf,
} from '@sluice/wire'
import {
  type AppendOutcome,
  type AppendRequest,
  type AppendSink,
  refusedAppend,
} from '../replication/append.ts'
import type { Partition } from '../replication/partition.ts'
import type { Steps } from '../storage/slices.ts'
import { encodeAnswerInSteps } from '../server/answer.ts'
import { endRequest } from '../server/failed-request.ts'
import type { RequestContext } from './handler.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'
import { LeaderHints } from './leader-hints.ts'
import type { Reply } from '../server/reply.ts'
import { TransactionalAppends } from './transactions/transactional-appends.ts'

/** Clients must not write to internal topics, but for Kafka's own admin tools. */
const adminClientId = '__admin_client'
const leaderHintVersionMin = 10

/** One Produce request on its way: collects its partitions' outcomes and answers when the last one is there. */
export class ProduceJob implements AppendSink {
  readonly #request: ProduceRequest
  readonly #context: RequestContext
  readonly #reply: Reply
  readonly #outcomes: AppendOutcome[]
  #pending: number
  #failed = false

  constructor(request: ProduceRequest, context: RequestContext, reply: Reply) {
    this.#request = request
    this.#context = context
    this.#reply = reply
    this.#pending = request.partitions.length
    this.#outcomes = new Array<AppendOutcome>(this.#pending)
  }

  start(): void {
    const { acks, timeoutMs, partitions } = this.#request
    this.#count()
    if (partitions.length === 0) {
      this.#finish()
      return
    }
    const { apiVersion, broker } = this.#context
    const { nowMs } = broker
    const isInTransaction = partitions.some(isTransactional)
    const refusal = this.#refusal(isInTransaction)
    const transaction = isInTransaction && refusal === ErrorCode.NONE ? this.#transaction() : null
    for (let i = 0; i < partitions.length; i++) {
      const data = partitions[i] as ProducedPartition
      const found = refusal === ErrorCode.NONE ? this.#partition(data) : refusal
      if (typeof found === 'number') {
        this.appended(i, refusedAppend(found))
        continue
      }
      const append: AppendRequest = {
        records: data.records,
        origin: 'client',
        apiVersion,
        acks,
        timeoutMs,
        nowMs,
        sink: this,
        index: i,
      }
      if (transaction && isTransactional(data)) transaction.add(found, append)
      else this.#append(found, append)
    }
    transaction?.ask()
  }

  /** Before the next request of its connection is read, so that no more of them come at once than may. */
  #count(): void {
    const { produce, cluster } = this.#context.broker.clientQuotas
    const { requestBytes } = this.#reply
    if (produce.isSet) this.#context.slowDown(produce.record(this.#context.quotaClient, requestBytes))
    if (cluster) this.#context.slowDown(cluster.produced(requestBytes))
  }

  #transaction(): TransactionalAppends {
    return new TransactionalAppends({
      context: this.#context,
      transactionalId: this.#request.transactionalId ?? '',
      append: (partition, append) => this.#append(partition, append),
    })
  }

  /** What is thrown before anything is staged ends this partition's part alone. */
  #append(partition: Partition, append: AppendRequest): void {
    try {
      partition.append(append)
    } catch (error) {
      if (error instanceof AssertionFailure) throw error
      const { topic, index } = partition
      this.#context.broker.logger.error('an append failed', { topic, partition: index, error })
      this.appended(append.index, refusedAppend(ErrorCode.UNKNOWN_SERVER_ERROR))
    }
  }

  appended(index: number, outcome: AppendOutcome): void {
    this.#outcomes[index] = outcome
    if (outcome.error !== ErrorCode.NONE) this.#failed = true
    this.#pending--
    if (this.#pending === 0) this.#finish()
  }

  /** What stands against every partition of the request alike. */
  #refusal(isInTransaction: boolean): ErrorCode {
    const { acks, transactionalId, partitions } = this.#request
    const { permissions } = this.#context.session
    if (isInTransaction) {
      if (transactionalId === null || !permissions.allows('write', 'transactionalId', transactionalId))
        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
      if (!haveOneProducer(partitions)) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    }
    return acks < -1 || acks > 1 ? ErrorCode.INVALID_REQUIRED_ACKS : ErrorCode.NONE
  }

  #partition(data: ProducedPartition): Partition | ErrorCode {
    const { broker, clientId, session } = this.#context
    const name = this.#topicName(data)
    if (name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
    if (!session.permissions.allows('write', 'topic', name)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
    if (!this.#request.byId && isInternalTopic(name) && clientId !== adminClientId)
      return ErrorCode.INVALID_TOPIC_EXCEPTION
    const found = broker.partitions.find(name, data.index)
    return typeof found === 'number' ? found : this.#withinLimits(found, data)
  }

  /** The partition, if the limits of its cluster let it take so much. */
  #withinLimits(partition: Partition, { records }: ProducedPartition): Partition | ErrorCode {
    const { cluster } = this.#context.broker.clientQuotas
    if (!cluster) return partition
    const { messageBytesMax, compactedPartitionBytesMax } = cluster.limits
    if (records.length > messageBytesMax) return ErrorCode.INVALID_REQUEST
    const { log, topic, index } = partition
    if (log.config.cleanupPolicy.compact && log.sizeInBytes > compactedPartitionBytesMax)
      return ErrorCode.THROTTLING_QUOTA_EXCEEDED
    this.#context.slowDown(cluster.producedTo({ topic, index, bytes: records.length }))
    return partition
  }

  /** Undefined for an id that no topic has. */
  #topicName(data: ProducedPartition): string | undefined {
    const { byId, topics } = this.#request
    const topic = topics[data.topic] as string
    return byId ? this.#context.broker.metadata.topicNameOf(topic) : topic
  }

  #finish(): void {
    const { connection } = this.#context
    if (this.#request.acks === 0) {
      this.#reply.sendNothing()
      if (this.#failed) connection.close('a produce without acknowledgement failed')
      return
    }
    if (this.#failed) this.#answerErrors()
    else this.#answerSuccess()
  }

  #answerSuccess(): void {
    const { apiVersion, correlationId } = this.#context
    let frame: Buffer
    try {
      const throttleTimeMs = this.#context.settle()
      frame = encodeProduceSuccess(apiVersion, correlationId, throttleTimeMs, this.#request, this.#outcomes)
    } catch (error) {
      this.#unanswerable(error)
      return
    }
    this.#reply.send(frame)
  }

  /** Errors come in any number at once, without a record having been looked at. */
  #answerErrors(): void {
    this.#context.broker.lane.run({
      steps: this.#context.during(this.#encodedErrors()),
      isWanted: () => !this.#context.connection.closed,
      done: (frame) => this.#reply.send(frame),
      failed: (error) => this.#unanswerable(error),
    })
  }

  *#encodedErrors(): Steps<Buffer> {
    return yield* encodeAnswerInSteps(Produce, this.#context, yield* this.#response())
  }

  /** What is written is written; only this answer cannot be given. */
  #unanswerable(error: unknown): void {
    endRequest(Produce, this.#asked(), this.#context, this.#reply, error)
  }

  /** The request as the schema decodes it, but for its records. */
  #asked(): object {
    const { acks, byId, topics, partitions } = this.#request
    const topicData = topics.map((topic) => ({
      ...(byId ? { topicId: topic } : { name: topic }),
      partitionData: [] as ProducedPartition[],
    }))
    for (const data of partitions) topicData[data.topic]?.partitionData.push(data)
    return { acks, topicData }
  }

  /** The response with errors, as the schema's encoder takes it. */
  *#response(): Steps<Input<ResponseOf<typeof Produce>>> {
    const { byId, topics, partitions } = this.#request
    const { broker, apiVersion, session } = this.#context
    const hints = new LeaderHints(broker.metadata, session)
    const responses = topics.map((topic) => ({
      ...(byId ? { topicId: topic } : { name: topic }),
      partitionResponses: [] as ReturnType<typeof partitionResponse>[],
    }))
    for (const [i, data] of partitions.entries()) {
      yield
      const outcome = this.#outcomes[i] as AppendOutcome
      const hinted = outcome.error === ErrorCode.NOT_LEADER_OR_FOLLOWER && apiVersion >= leaderHintVersionMin
      const leader = hinted ? hints.of(this.#topicName(data) ?? '', data.index) : null
      responses[data.topic]?.partitionResponses.push(partitionResponse(data.index, outcome, leader))
    }
    return { responses, nodeEndpoints: hints.nodeEndpoints }
  }
}

/** By its first batch, for there must be no other. */
function isTransactional({ records }: ProducedPartition): boolean {
  return (
    records.length >= RecordBatch.headerBytes &&
    RecordBatch.magic(records, 0) === RecordBatch.currentMagic &&
    RecordBatch.isTransactional(records, 0)
  )
}

function haveOneProducer(partitions: readonly ProducedPartition[]): boolean {
  const [first, ...others] = partitions.filter(isTransactional).map(({ records }) => records)
  return (
    first === undefined ||
    others.every(
      (records) =>
        RecordBatch.producerId(records, 0) === RecordBatch.producerId(first, 0) &&
        RecordBatch.producerEpoch(records, 0) === RecordBatch.producerEpoch(first, 0),
    )
  )
}

function partitionResponse(
  index: number,
  outcome: AppendOutcome,
  currentLeader: { leaderId: number; leaderEpoch: number } | null,
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
