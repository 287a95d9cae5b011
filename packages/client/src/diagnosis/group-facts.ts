import { DescribeProducers, type Int64, type Metadata, type ResponseOf } from '@sluice/wire'
import { IsolationLevel, listOffset, OffsetSpec } from '../fetch.ts'
import { type DescribedGroup, describeGroup, type GroupOffset, groupOffsets } from '../groups.ts'
import type { PartitionPlace } from '../member-data.ts'
import { atCoordinator, atLeader, type Route } from '../routing.ts'
import { describeTopics } from '../topics.ts'

export interface PartitionFacts extends PartitionPlace {
  /** Nobody leads it, or nobody who answers, where it has none. */
  readonly offsets: {
    readonly start: number
    /** Up to where no transaction is open. */
    readonly stableEnd: number
    readonly end: number
  } | null
  readonly committed: number | null
  /** The client id of whoever reads it. */
  readonly member: string | null
}

/** What is to be seen of a group that may or may not consume. */
export interface GroupFacts {
  readonly group: DescribedGroup
  readonly hasCommitted: boolean
  /** That its members subscribe to. */
  readonly topics: readonly string[]
  /** Those of them that there are not. */
  readonly missingTopics: readonly string[]
  readonly partitions: readonly PartitionFacts[]
}

/** A partition that does not answer for so long is one that does not. */
const leaderMsMax = 1_000

export async function groupFacts(route: Route, name: string): Promise<GroupFacts> {
  const { group, offsets } = await atCoordinator(route, name, async (connection) => ({
    group: await describeGroup(connection, name),
    offsets: await groupOffsets(connection, name),
  }))
  const topics = [...new Set(group.members.flatMap((member) => member.topics))]
  const assigned = group.members.flatMap(({ partitions }) => partitions.map(({ topic }) => topic))
  const all = [...new Set([...topics, ...assigned, ...offsets.map(({ topic }) => topic)])]
  const metadata = await describeTopics(await route.brokers.any(), all)
  const there = metadata.topics.filter(({ errorCode }) => errorCode === 0)
  const names = new Set(there.map((topic) => topic.name))
  const partitions = await Promise.all(
    there.flatMap((topic) =>
      topic.partitions.map((one) => partitionFacts(route, topic, one, group, offsets)),
    ),
  )
  return {
    group,
    hasCommitted: offsets.length > 0,
    topics,
    missingTopics: topics.filter((topic) => !names.has(topic)),
    partitions,
  }
}

type Topic = ResponseOf<typeof Metadata>['topics'][number]

async function partitionFacts(
  route: Route,
  { name }: Topic,
  { partitionIndex: partition, leaderId }: Topic['partitions'][number],
  { members }: DescribedGroup,
  committed: readonly GroupOffset[],
): Promise<PartitionFacts> {
  const topic = name ?? ''
  const isThis = (place: PartitionPlace) => place.topic === topic && place.partition === partition
  return {
    ...{ topic, partition },
    offsets: leaderId < 0 ? null : await offsetsOf(route, topic, partition),
    committed: committed.find(isThis)?.offset ?? null,
    member: members.find(({ partitions }) => partitions.some(isThis))?.clientId ?? null,
  }
}

async function offsetsOf(route: Route, topic: string, partition: number): Promise<PartitionFacts['offsets']> {
  try {
    return await atLeader({ ...route, timeoutMs: leaderMsMax }, topic, partition, async (connection) => {
      const of = async (spec: number, isolationLevel: 0 | 1) =>
        Number((await listOffset(connection, topic, partition, spec, isolationLevel)).offset)
      return {
        start: await of(OffsetSpec.earliest, IsolationLevel.readUncommitted),
        stableEnd: await of(OffsetSpec.latest, IsolationLevel.readCommitted),
        end: await of(OffsetSpec.latest, IsolationLevel.readUncommitted),
      }
    })
  } catch {
    return null
  }
}

/** The producer whose transaction is the first that is open in the partition; null where none is. */
export function openTransaction(
  route: Route,
  { topic, partition }: PartitionPlace,
): Promise<{ producerId: Int64; startOffset: number; lastWroteAtMs: number } | null> {
  return atLeader(route, topic, partition, async (connection) => {
    const topics = [{ name: topic, partitionIndexes: [partition] }]
    const answer = await connection.request(DescribeProducers, { topics })
    const producers = answer.topics[0]?.partitions[0]?.activeProducers ?? []
    const open = producers
      .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0)
      .sort((a, b) => Number(a.currentTxnStartOffset) - Number(b.currentTxnStartOffset))
    const [first] = open
    return first
      ? {
          producerId: first.producerId,
          startOffset: Number(first.currentTxnStartOffset),
          lastWroteAtMs: Number(first.lastTimestamp),
        }
      : null
  })
}
