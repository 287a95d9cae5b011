import { describeTopics, throwOnError } from '@sluice/client'
import type { Clock } from '@sluice/effects'
import { AlterPartitionReassignments, ElectLeaders } from '@sluice/wire'
import type { Inside } from './inside.ts'
import type { Topics } from './topics.ts'
import { until } from './until.ts'

const timeoutMs = 15_000
const preferred = 0

/** Who leads a partition: the broker becomes its first replica, and the first replica is elected. */
export class Leaders {
  readonly #inside: Inside
  readonly #topics: Topics
  readonly #clock: Clock

  constructor(inside: Inside, topics: Topics, clock: Clock) {
    this.#inside = inside
    this.#topics = topics
    this.#clock = clock
  }

  async move(topic: string, partition: number, brokerId: number): Promise<void> {
    const { replicaNodes: replicas } = await this.#topics.partition(topic, partition)
    const connection = await this.#inside.to(brokerId)
    const others = replicas.filter((id) => id !== brokerId)
    const wanted = [brokerId, ...(replicas.includes(brokerId) ? others : others.slice(1))]
    const { errorCode, errorMessage, responses } = await connection.request(AlterPartitionReassignments, {
      timeoutMs,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, replicas: wanted }] }],
    })
    throwOnError(errorCode, errorMessage)
    for (const { partitions } of responses)
      for (const one of partitions) throwOnError(one.errorCode, one.errorMessage)
    await until(this.#clock, `Broker ${brokerId} as the leader of ${topic}-${partition}`, async () => {
      await connection.request(ElectLeaders, {
        electionType: preferred,
        topicPartitions: [{ topic, partitions: [partition] }],
        timeoutMs,
      })
      const { topics } = await describeTopics(connection, [topic])
      const found = topics[0]?.partitions.find(({ partitionIndex }) => partitionIndex === partition)
      if (found?.leaderId === brokerId) return { found: undefined }
      return { instead: `Broker ${found?.leaderId ?? 'none'} leads it.` }
    })
  }
}
