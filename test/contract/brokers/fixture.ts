import {
  CreateTopics,
  DeleteTopics,
  DescribeTopicPartitions,
  ElectLeaders,
  type ErrorCode,
  Metadata,
  type ResponseOf,
} from '@sluice/wire'
import { byChance, eventually, fetch, type Topic, uniqueName } from '../fixture.ts'
import type { Peer } from '../peer.ts'

/** Until a broker that is killed has lost its session, or one that is started is back in the ISR. */
const soonMs = 30_000

type DescribedPartition = NonNullable<
  ResponseOf<typeof DescribeTopicPartitions>['topics'][number]['partitions']
>[number]

/** A topic whose partitions have these replicas. Resolves when the brokers know who leads it. */
export async function placedTopic(
  peers: readonly Peer[],
  replicas: readonly number[] | readonly number[][],
  configs: Record<string, string> = {},
): Promise<Topic> {
  const [peer] = peers
  if (!peer) throw new Error('nobody to ask')
  const name = uniqueName('topic')
  const placed = (typeof replicas[0] === 'number' ? [replicas] : replicas) as readonly number[][]
  const response = await peer.send(CreateTopics, 7, {
    topics: [
      {
        name,
        numPartitions: -1,
        replicationFactor: -1,
        assignments: placed.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 10_000,
  })
  const created = response.topics[0]
  if (!created || created.errorCode !== 0) throw new Error(`CreateTopics: ${JSON.stringify(created)}`)
  const topic = { name, id: created.topicId }
  for (const one of peers) await untilKnown(one, topic)
  return topic
}

async function untilKnown(peer: Peer, { name }: Topic): Promise<void> {
  await byChance(() =>
    eventually(async () => {
      const { topics } = await peer.send(Metadata, 12, { topics: [{ name }] })
      return topics[0]?.errorCode === 0 ? true : undefined
    }),
  )
}

export async function deleteTopic(peer: Peer, { name }: Topic): Promise<void> {
  await byChance(() => peer.send(DeleteTopics, 6, { topics: [{ name }], timeoutMs: 10_000 }))
}

/** What this broker knows of one partition. */
export async function described(peer: Peer, topic: Topic, partition = 0): Promise<DescribedPartition> {
  const { topics } = await peer.send(DescribeTopicPartitions, 0, {
    topics: [{ name: topic.name }],
    responsePartitionLimit: 100,
    cursor: { topicName: topic.name, partitionIndex: partition },
  })
  const found = topics[0]?.partitions?.find(({ partitionIndex }) => partitionIndex === partition)
  if (!found) throw new Error(`not described: ${JSON.stringify(topics)}`)
  return found
}

/** Waits until the broker knows this of the partition. */
export function untilDescribed(
  peer: Peer,
  topic: Topic,
  holds: (partition: DescribedPartition) => boolean,
  partition = 0,
): Promise<DescribedPartition> {
  return eventually(async () => {
    const found = await described(peer, topic, partition)
    return holds(found) ? found : undefined
  }, soonMs)
}

/** Waits until the broker, a follower perhaps, which learns of it with its next fetch, serves the records below. */
export function untilCommitted(peer: Peer, topic: Topic, highWatermark: number): Promise<true> {
  return byChance(() =>
    eventually(async () => ((await fetch(peer, topic)).highWatermark === highWatermark ? true : undefined)),
  )
}

export const ElectionType = { preferred: 0, unclean: 1 } as const

export async function elect(
  peer: Peer,
  electionType: number,
  topic: Topic,
  partition = 0,
): Promise<ErrorCode | undefined> {
  const { replicaElectionResults } = await peer.send(ElectLeaders, 2, {
    electionType,
    topicPartitions: [{ topic: topic.name, partitions: [partition] }],
    timeoutMs: 10_000,
  })
  return replicaElectionResults[0]?.partitionResult[0]?.errorCode as ErrorCode | undefined
}
