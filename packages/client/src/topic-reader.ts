import { ErrorCode, Fetch } from '@sluice/wire'
import { type BatchedRecord, recordsWithin } from './committed-records.ts'
import type { Connection } from './connection.ts'
import { KafkaError, throwOnError } from './errors.ts'
import { fetchPartitions, type FetchedPartition, IsolationLevel, listOffset, OffsetSpec } from './fetch.ts'
import type { PartitionPlace } from './member-data.ts'
import { atLeader, persistently, type Route } from './routing.ts'
import { describeTopics } from './topics.ts'

/** Records of a partition from `start` on, before `end`; without an end for ever. */
export interface OffsetRange extends PartitionPlace {
  readonly start: number
  readonly end: number | null
}

export interface TopicRecord extends BatchedRecord, PartitionPlace {}

interface ReadOptions extends Route {
  readonly ranges: readonly OffsetRange[]
  /** Default: only what is committed. */
  readonly isolationLevel?: 0 | 1
  readonly signal?: AbortSignal
}

/** How long a broker may wait for more, where nobody waits for an end. */
const maxWaitMs = 250
const partitionMaxBytes = 1024 * 1024
/** From this version on a topic goes by its id. */
const topicIdVersionMin = 13

/**
 * Records as they come, some at a time, in the order of each partition:
 *  1. ask who leads what is left, and which id the topics have
 *  2. one Fetch to each of these brokers, together
 *  3. what was read is given; a partition that has moved is asked for again where it is then
 */
export async function* readTopics(options: ReadOptions): AsyncGenerator<TopicRecord[]> {
  const left = new Map(options.ranges.map((range) => [range, range.start]))
  const finish = () => {
    for (const [range, at] of left) if (range.end !== null && at >= range.end) left.delete(range)
  }
  finish()
  while (left.size > 0 && !options.signal?.aborted) {
    const found = await persistently(options, () => readRound(options, left))
    finish()
    if (found.length > 0) yield found
  }
}

async function readRound(options: ReadOptions, left: Map<OffsetRange, number>): Promise<TopicRecord[]> {
  const { brokers, isolationLevel = IsolationLevel.readCommitted } = options
  const { leaders, ids } = await placesOf(options, [...left.keys()])
  const asked = [...leaders].map(async ([leader, ranges]) => {
    const connection = await brokers.to(leader)
    const places = ranges.map((range) => ({
      ...range,
      offset: left.get(range) ?? range.start,
      ...(ids && { topicId: ids.get(range.topic) }),
    }))
    const answers = await fetchPartitions(connection, places, {
      ...{ isolationLevel, maxWaitMs, partitionMaxBytes },
    })
    return Promise.all(ranges.map(async (range, n) => take(connection, range, left, answers[n])))
  })
  // Whatever has come counts, also where another broker has failed.
  const rounds = await Promise.allSettled(asked)
  const found = rounds.flatMap((round) => (round.status === 'fulfilled' ? round.value.flat() : []))
  const failed = rounds.find((round) => round.status === 'rejected')
  if (failed && found.length === 0) throw failed.reason
  return found
}

/** Moves on in the range; what is not answered stays where it is, for the next round. */
async function take(
  connection: Connection,
  range: OffsetRange,
  left: Map<OffsetRange, number>,
  answer: FetchedPartition | undefined,
): Promise<TopicRecord[]> {
  const at = left.get(range) ?? range.start
  if (!answer) return []
  if (answer.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
    // What it was about to read is deleted: it goes on with what is left, as far as it has not begun before the end.
    const { topic, partition } = range
    const { offset } = await listOffset(connection, topic, partition, OffsetSpec.earliest)
    if (Number(offset) <= at) throw new KafkaError(answer.errorCode)
    left.set(range, Number(offset))
    return []
  }
  throwOnError(answer.errorCode)
  const { records, next } = await recordsWithin(answer.records, answer.abortedTransactions ?? [], at)
  const { topic, partition, end } = range
  left.set(range, next)
  return records
    .filter(({ offset }) => end === null || offset < end)
    .map((record) => ({ ...record, topic, partition }))
}

async function placesOf(
  { brokers }: Route,
  ranges: readonly OffsetRange[],
): Promise<{ leaders: Map<number, OffsetRange[]>; ids: Map<string, string> | null }> {
  const any = await brokers.any()
  const { topics } = await describeTopics(any, [...new Set(ranges.map(({ topic }) => topic))])
  const leaders = new Map<number, OffsetRange[]>()
  const ids = new Map<string, string>()
  for (const { name, topicId, errorCode, partitions } of topics) {
    throwOnError(errorCode)
    ids.set(name ?? '', topicId)
    for (const { partitionIndex, leaderId } of partitions) {
      const own = ranges.filter(({ topic, partition }) => topic === name && partition === partitionIndex)
      if (own.length > 0 && leaderId >= 0) leaders.set(leaderId, [...(leaders.get(leaderId) ?? []), ...own])
    }
  }
  if (leaders.size === 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE)
  return { leaders, ids: (await any.versionFor(Fetch)) >= topicIdVersionMin ? ids : null }
}

/** The first offset that is there, and the one after the last that a consumer of that level sees. */
export function offsetBounds(
  route: Route,
  topic: string,
  partition: number,
  isolationLevel: 0 | 1 = IsolationLevel.readCommitted,
): Promise<{ start: number; end: number }> {
  return atLeader(route, topic, partition, async (connection) => {
    const start = await listOffset(connection, topic, partition, OffsetSpec.earliest)
    const end = await listOffset(connection, topic, partition, OffsetSpec.latest, isolationLevel)
    return { start: Number(start.offset), end: Number(end.offset) }
  })
}
