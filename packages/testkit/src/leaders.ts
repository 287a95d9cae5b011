import { describeTopics, throwOnError } from '@sluice/client'
import type { Clock } from '@sluice/effects'
import { AlterPartitionReassignments, ElectLeaders, ErrorCode } from '@sluice/wire'
import type { Inside } from './inside.ts'
import { KafkaServerError } from './server-error.ts'
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
    const replicas = await this.#replicas(topic, partition)
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

  async #replicas(topic: string, partition: number): Promise<readonly number[]> {
    const { partitions } = await this.#topics.get(topic)
    const found = partitions.find(({ partitionIndex }) => partitionIndex === partition)
    if (found && found.errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return found.replicaNodes
    throw new KafkaServerError(`${topic} has no partition ${partition}.`, {
      code: 'UNKNOWN_PARTITION',
      why: `It has ${partitions.length}, from 0 on.`,
      next: 'Name one of them.',
    })
  }
}
