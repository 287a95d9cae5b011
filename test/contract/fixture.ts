import {
  type Api,
  batchesIn,
  type BatchInput,
  buildBatchSync,
  CreateTopics,
  DescribeGroups,
  ErrorCode,
  Fetch,
  FindCoordinator,
  InitProducerId,
  type Input,
  type Int64,
  ListOffsets,
  Metadata,
  Produce,
  readRecordsAsync,
  RecordBatch,
  type RecordInput,
  type RequestOf,
  type ResponseOf,
  zeroUuid,
} from '@sluice/wire'
import { recorder } from '../oracle/recording.ts'
import type { Peer } from './peer.ts'

export { zeroUuid }

export interface Topic {
  name: string
  id: string
}

let count = 0

/** A name that no other test and no earlier run has used: the broker may have lived for long. */
export function uniqueName(prefix: string): string {
  // Always of one length, which answers may tell.
  const [run, number] = [process.pid, ++count].map((part) => String(part).padStart(7, '0'))
  const name = `${prefix}-${run}-${Date.now().toString(36)}-${number}`
  recorder.named(name)
  return name
}

/** Every version of an API that is on by default. */
export function versionsOf(api: Api, from = api.minVersion): number[] {
  return Array.from({ length: api.maxStableVersion - from + 1 }, (_, index) => from + index)
}

/** Asks until the answer is there; a broker learns of metadata a moment after the controller has answered. */
export async function eventually<T>(attempt: () => Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const value = await recorder.attempt(attempt)
    if (value !== undefined) return value
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${String(attempt)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** For what is asked many times, or at once: which answer comes when is chance, and no two runs need agree. */
export function byChance<T>(run: () => Promise<T>): Promise<T> {
  return recorder.leaveOut(run)
}

export async function createTopic(
  peer: Peer,
  options: { name?: string; partitions?: number; configs?: Record<string, string> } = {},
): Promise<Topic> {
  const name = options.name ?? uniqueName('topic')
  const response = await peer.send(CreateTopics, 7, {
    topics: [
      {
        name,
        numPartitions: options.partitions ?? 1,
        replicationFactor: 1,
        configs: Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 10_000,
  })
  const created = response.topics[0]
  if (!created || created.errorCode !== 0) throw new Error(`CreateTopics: ${JSON.stringify(created)}`)
  await untilLed(peer, name)
  return { name, id: created.topicId }
}

type DescribedTopic = ResponseOf<typeof Metadata>['topics'][number]

/** Waits until the broker knows the topic and its partitions have begun to lead, which is a moment later. */
export function untilLed(peer: Peer, name: string): Promise<DescribedTopic> {
  return eventually(async () => {
    const response = await peer.send(Metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
    const topic = response.topics[0]
    if (!topic || topic.errorCode !== 0) return undefined
    const partitions = topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: -1 }))
    const offsets = await peer.send(ListOffsets, 7, { replicaId: -1, topics: [{ name, partitions }] })
    return offsets.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) ? topic : undefined
  })
}

/** A batch of records that carry these values. */
export function batch(values: readonly (string | RecordInput)[], options: Partial<BatchInput> = {}): Buffer {
  const records = values.map((value) => (typeof value === 'string' ? { value } : value))
  return buildBatchSync({ timestamp: Date.now(), ...options, records })
}

/** The batch with some of its bytes changed and, unless told otherwise, its CRC made right again. */
export function altered(original: Buffer, change: (bytes: Buffer) => void, fixCrc = true): Buffer {
  const bytes = Buffer.from(original)
  change(bytes)
  if (fixCrc) RecordBatch.updateCrc(bytes, 0, bytes.length)
  return bytes
}

interface ProduceOptions {
  version?: number
  acks?: number
  partition?: number
  transactionalId?: string | null
}

type ProducedPartition = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number]

/** Sends the bytes to one partition and gives that partition's answer. */
export async function produce(
  peer: Peer,
  topic: Topic,
  records: Uint8Array | null,
  options: ProduceOptions = {},
): Promise<ProducedPartition> {
  const response = await peer.send(
    Produce,
    options.version ?? 12,
    produceRequest(topic, records as Buffer | null, options),
  )
  const answer = response.responses[0]?.partitionResponses[0]
  if (!answer) throw new Error(`Produce: ${JSON.stringify(response)}`)
  return answer
}

export function produceRequest(
  topic: Topic,
  records: Buffer | null,
  options: ProduceOptions = {},
): Input<RequestOf<typeof Produce>> {
  return {
    transactionalId: options.transactionalId ?? null,
    acks: options.acks ?? -1,
    timeoutMs: 10_000,
    topicData: [
      { name: topic.name, topicId: topic.id, partitionData: [{ index: options.partition ?? 0, records }] },
    ],
  }
}

interface FetchOptions {
  version?: number
  partition?: number
  offset?: number
  maxWaitMs?: number
  minBytes?: number
  maxBytes?: number
  partitionMaxBytes?: number
  isolationLevel?: number
  currentLeaderEpoch?: number
  lastFetchedEpoch?: number
  sessionId?: number
  sessionEpoch?: number
}

/** The request of a consumer for one partition; version 18 carries a high watermark of its own, left out here. */
export function fetchRequest(topic: Topic, options: FetchOptions = {}): Input<RequestOf<typeof Fetch>> {
  const version = options.version ?? 12
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    ...(version >= 3 ? { maxBytes: options.maxBytes ?? 50_000_000 } : {}),
    isolationLevel: options.isolationLevel ?? 0,
    ...(version >= 7 ? { sessionId: options.sessionId ?? 0, sessionEpoch: options.sessionEpoch ?? -1 } : {}),
    topics: [
      {
        topic: topic.name,
        topicId: topic.id,
        partitions: [
          {
            partition: options.partition ?? 0,
            currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
            fetchOffset: options.offset ?? 0,
            lastFetchedEpoch: options.lastFetchedEpoch ?? -1,
            partitionMaxBytes: options.partitionMaxBytes ?? 1_048_576,
          },
        ],
      },
    ],
  }
}

type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]

/** Asks for one partition and gives its answer. */
export async function fetch(peer: Peer, topic: Topic, options: FetchOptions = {}): Promise<FetchedPartition> {
  const response = await peer.send(Fetch, options.version ?? 12, fetchRequest(topic, options))
  const answer = response.responses[0]?.partitions[0]
  if (response.errorCode !== 0 || !answer) throw new Error(`Fetch: ${JSON.stringify(response)}`)
  return answer
}

/** The records in a Fetch answer, of every whole batch. */
export async function recordsIn(bytes: Buffer | null) {
  const records = []
  for (const { at } of batchesIn(bytes ?? Buffer.alloc(0))) {
    if (RecordBatch.isControl(bytes as Buffer, at)) continue
    records.push(...(await readRecordsAsync(bytes as Buffer, at)))
  }
  return records
}

/** The values of a partition from an offset on, as text. */
export async function valuesOf(peer: Peer, topic: Topic, options: FetchOptions = {}): Promise<string[]> {
  const answer = await fetch(peer, topic, options)
  return (await recordsIn(answer.records)).map((record) => String(record.value))
}

/**
 * Waits until the broker coordinates the group, and any other: the offsets topic is made on the way, and its
 * partitions are loaded one by one.
 */
export async function untilCoordinated(peer: Peer, group: string): Promise<void> {
  await eventually(async () => {
    const response = await peer.send(FindCoordinator, 4, { keyType: 0, coordinatorKeys: [group] })
    return response.coordinators[0]?.errorCode === 0 ? true : undefined
  })
  const notYet: readonly number[] = [
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
  ]
  // So many that every one of the few partitions has some of them.
  const groups = [group, ...Array.from({ length: 30 }, (_, at) => `probe-${at}`)]
  await eventually(async () => {
    const response = await peer.send(DescribeGroups, 5, { groups })
    return response.groups.every(({ errorCode }) => !notYet.includes(errorCode)) ? true : undefined
  })
}

/** A new producer id. A broker that has just started may have none yet. */
export function newProducerId(peer: Peer, version = 4): Promise<Int64> {
  return eventually(async () => {
    const response = await peer.send(InitProducerId, version, {
      transactionalId: null,
      transactionTimeoutMs: 1000,
    })
    if (response.errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) return undefined
    if (response.errorCode !== 0 || response.producerEpoch !== 0) throw new Error(JSON.stringify(response))
    return response.producerId
  })
}
