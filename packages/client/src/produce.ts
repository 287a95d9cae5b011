import {
  buildBatch,
  InitProducerId,
  type Int64,
  Produce,
  type RecordInput,
  type ResponseOf,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { KafkaError } from './errors.ts'
import { topicIdOf } from './topics.ts'

/** From this version on a topic goes by its id. */
const topicIdVersionMin = 13

interface ProduceOptions {
  /** -1 (default): all in-sync replicas, 1: the leader. For 0 use `Connection.sendWithoutAnswer`. */
  acks?: -1 | 1
  timeoutMs?: number
  version?: number
  /** Spares a look-up where the version wants the id. */
  topicId?: string
  /** Codec id. */
  codec?: number
  producerId?: Int64
  producerEpoch?: number
  baseSequence?: number
  transactionalId?: string | null
  /** Timestamp of records that have none. */
  timestamp?: Int64
}

interface Produced {
  baseOffset: Int64
  logAppendTimeMs: Int64
  logStartOffset: Int64
}

type PartitionAnswer = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number]

/** Appends the records as one batch; throws KafkaError where the broker refuses it. */
export async function produce(
  connection: Connection,
  topic: string,
  partition: number,
  records: readonly RecordInput[],
  options: ProduceOptions = {},
): Promise<Produced> {
  const batch = await buildBatch({
    records,
    codec: options.codec,
    timestamp: options.timestamp,
    producerId: options.producerId,
    producerEpoch: options.producerEpoch,
    baseSequence: options.baseSequence,
    isTransactional: options.transactionalId != null,
  })
  const answer = await produceBatches(connection, topic, partition, batch, options)
  if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode, answer.errorMessage)
  const { baseOffset, logAppendTimeMs, logStartOffset } = answer
  return { baseOffset, logAppendTimeMs, logStartOffset }
}

/** Sends bytes as the records of one partition and gives the broker's answer for it as it is, errors too. */
export async function produceBatches(
  connection: Connection,
  topic: string,
  partition: number,
  batches: Buffer,
  options: ProduceOptions = {},
): Promise<PartitionAnswer> {
  const version = options.version ?? (await connection.versionFor(Produce))
  const byId = version >= topicIdVersionMin
  const name = byId ? { topicId: options.topicId ?? (await topicIdOf(connection, topic)) } : { name: topic }
  const response = await connection.send(Produce, version, {
    transactionalId: options.transactionalId ?? null,
    acks: options.acks ?? -1,
    timeoutMs: options.timeoutMs ?? 30_000,
    topicData: [{ ...name, partitionData: [{ index: partition, records: batches }] }],
  })
  const answer = response.responses[0]?.partitionResponses[0]
  if (!answer) throw new Error(`the answer does not speak of ${topic}-${partition}`)
  return answer
}

/** A producer id of its own for an idempotent producer. */
export async function initProducerId(
  connection: Connection,
  options: { transactionalId?: string | null; transactionTimeoutMs?: number } = {},
): Promise<{ producerId: Int64; producerEpoch: number }> {
  const response = await connection.request(InitProducerId, {
    transactionalId: options.transactionalId ?? null,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 60_000,
  })
  if (response.errorCode !== 0) throw new KafkaError(response.errorCode)
  return { producerId: response.producerId, producerEpoch: response.producerEpoch }
}
