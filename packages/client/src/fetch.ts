import {
  batchesIn,
  Fetch,
  type Int64,
  ListOffsets,
  readRecordsAsync,
  RecordBatch,
  type RecordView,
  type ResponseOf,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { KafkaError } from './errors.ts'
import { topicIdOf } from './topics.ts'

/** From this version on a topic goes by its id. */
const topicIdVersionMin = 13

export const IsolationLevel = { readUncommitted: 0, readCommitted: 1 } as const

interface FetchOptions {
  maxWaitMs?: number
  minBytes?: number
  maxBytes?: number
  partitionMaxBytes?: number
  isolationLevel?: 0 | 1
  currentLeaderEpoch?: number
  /** The reader's rack, where it would read from a replica nearby. */
  rackId?: string
  version?: number
  /** Spares a look-up where the version wants the id. */
  topicId?: string
}

export type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]

interface FetchPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Spares a look-up where the version wants the id. */
  readonly topicId?: string
}

/** What the broker has from each place on: its answers in the same order, errors too; no fetch session. */
export async function fetchPartitions(
  connection: Connection,
  places: readonly FetchPlace[],
  options: Omit<FetchOptions, 'topicId'> = {},
): Promise<(FetchedPartition | undefined)[]> {
  const version = options.version ?? (await connection.versionFor(Fetch))
  const ids = version >= topicIdVersionMin ? await idsOf(connection, places) : null
  const topics = new Map<string, FetchPlace[]>()
  for (const place of places) topics.set(place.topic, [...(topics.get(place.topic) ?? []), place])
  const response = await connection.send(Fetch, version, {
    maxWaitMs: options.maxWaitMs ?? 500,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 50 * 1024 * 1024,
    isolationLevel: options.isolationLevel ?? IsolationLevel.readUncommitted,
    rackId: options.rackId ?? '',
    topics: [...topics].map(([topic, own]) => ({
      ...(ids ? { topicId: ids.get(topic) } : { topic }),
      partitions: own.map(({ partition, offset }) => ({
        partition,
        fetchOffset: offset,
        currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
        partitionMaxBytes: options.partitionMaxBytes ?? 1024 * 1024,
      })),
    })),
  })
  if (response.errorCode !== 0) throw new KafkaError(response.errorCode)
  return places.map(({ topic, partition }) =>
    response.responses
      .find((one) => (ids ? one.topicId === ids.get(topic) : one.topic === topic))
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition),
  )
}

async function idsOf(connection: Connection, places: readonly FetchPlace[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { topic, topicId } of places)
    if (!ids.has(topic)) ids.set(topic, topicId ?? (await topicIdOf(connection, topic)))
  return ids
}

/** What the broker has from `offset` on: its answer for the partition as it is, errors too; no fetch session. */
export async function fetchPartition(
  connection: Connection,
  topic: string,
  partition: number,
  offset: number,
  { topicId, ...options }: FetchOptions = {},
): Promise<FetchedPartition> {
  const place = { topic, partition, offset, ...(topicId !== undefined && { topicId }) }
  const [answer] = await fetchPartitions(connection, [place], options)
  if (!answer) throw new Error(`the answer does not speak of ${topic}-${partition}`)
  return answer
}

/** The records from `offset` on as a consumer sees them; throws KafkaError where the broker refuses. */
export async function fetchRecords(
  connection: Connection,
  topic: string,
  partition: number,
  offset: number,
  options: FetchOptions = {},
): Promise<RecordView[]> {
  const answer = await fetchPartition(connection, topic, partition, offset, options)
  if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode)
  return recordsOf(answer.records, offset)
}

/** Records of fetched batches from `offset` on, without control records. A batch may start before what was asked. */
export async function recordsOf(batches: Buffer | null, offset: number): Promise<RecordView[]> {
  const records: RecordView[] = []
  for (const { at } of batchesIn(batches ?? Buffer.alloc(0))) {
    if (RecordBatch.isControl(batches as Buffer, at)) continue
    for (const record of await readRecordsAsync(batches as Buffer, at))
      if (record.offset >= offset) records.push(record)
  }
  return records
}

/** Special timestamps of ListOffsets. */
export const OffsetSpec = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  earliestLocal: -4,
  latestTiered: -5,
  earliestPendingUpload: -6,
} as const

/** The first offset at or after `timestamp`, or what a special timestamp asks for. Offset -1: there is none. */
export async function listOffset(
  connection: Connection,
  topic: string,
  partition: number,
  timestamp: Int64,
  isolationLevel: 0 | 1 = IsolationLevel.readUncommitted,
): Promise<{ offset: Int64; timestamp: Int64; leaderEpoch: number }> {
  const response = await connection.request(ListOffsets, {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    timeoutMs: 30_000,
  })
  const answer = response.topics[0]?.partitions[0]
  if (!answer) throw new Error(`the answer does not speak of ${topic}-${partition}`)
  if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode)
  return { offset: answer.offset, timestamp: answer.timestamp, leaderEpoch: answer.leaderEpoch }
}
