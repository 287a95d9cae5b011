import { createTopic, deleteTopics, describeTopics, KafkaError, throwOnError } from '@sluice/client'
import { ConfigResourceType, DescribeConfigs, ErrorCode, type Metadata, type ResponseOf } from '@sluice/wire'
import type { TopicOptions, Topics as NewTopics } from './api.ts'
import type { Inside } from './inside.ts'
import { KafkaServerError } from './server-error.ts'

type TopicMetadata = ResponseOf<typeof Metadata>['topics'][number]

const replaceTriesMax = 50

/** DescribeConfigs says so of what a topic has of its own. */
const dynamicTopicConfig = 1

/** The topics of a server, by requests as any client has them. */
export class Topics {
  readonly #inside: Inside

  constructor(inside: Inside) {
    this.#inside = inside
  }

  async create(topics: NewTopics): Promise<void> {
    const connection = await this.#inside.any()
    const all = Object.entries(topics).map(([name, given]) => {
      const options: TopicOptions = typeof given === 'number' ? { partitions: given } : given
      if (typeof options !== 'object' || options === null || Array.isArray(topics)) throw noTopics(given)
      return createTopic(connection, name, options)
    })
    // Whatever comes next finds them all made or refused.
    for (const made of await Promise.allSettled(all)) if (made.status === 'rejected') throw made.reason
  }

  /** Those that users have made. */
  async list(): Promise<TopicMetadata[]> {
    const { topics } = await describeTopics(await this.#inside.any())
    return topics.filter(({ isInternal }) => !isInternal)
  }

  /** Throws where there is no such topic. */
  async get(name: string): Promise<TopicMetadata> {
    const { topics } = await describeTopics(await this.#inside.any(), [name])
    const [topic] = topics
    if (topic && topic.errorCode === ErrorCode.NONE) return topic
    if (topic && topic.errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      throw new KafkaError(topic.errorCode)
    const names = (await this.list()).map((other) => other.name)
    throw new KafkaServerError(`There is no topic "${name}".`, {
      code: 'UNKNOWN_TOPIC',
      why: names.length > 0 ? `There is ${names.join(', ')}.` : 'This server has no topics.',
      next: `Name it in KafkaServer.start({ topics }), or await kafka.createTopics({ '${name}': 1 }).`,
    })
  }

  /** Throws where there is no such partition. */
  async partition(topic: string, partition: number): Promise<TopicMetadata['partitions'][number]> {
    const { partitions } = await this.get(topic)
    const found = partitions.find(({ partitionIndex }) => partitionIndex === partition)
    if (found && found.errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return found
    throw new KafkaServerError(`${topic} has no partition ${partition}.`, {
      code: 'UNKNOWN_PARTITION',
      why: `It has ${partitions.length}, from 0 on.`,
      next: 'Name one of them.',
    })
  }

  /**
   * All go, and these come in their place: with the same names they are empty, and their offsets begin at 0. One that a client has had
   * the brokers make in between goes, too.
   */
  async replaceAll(topics: NewTopics): Promise<void> {
    for (let tries = 1; ; tries++) {
      const names = (await this.list()).flatMap(({ name }) => name ?? [])
      if (names.length > 0) await deleteTopics(await this.#inside.any(), names)
      try {
        return await this.create(topics)
      } catch (error) {
        const isThere = error instanceof KafkaError && error.code === ErrorCode.TOPIC_ALREADY_EXISTS
        if (!isThere || tries === replaceTriesMax) throw error
      }
    }
  }

  /** What `create` needs to make them as they are. */
  async asCreated(): Promise<NewTopics> {
    const topics = await this.list()
    if (topics.length === 0) return {}
    const configs = await this.#configs(topics.flatMap(({ name }) => name ?? []))
    return Object.fromEntries(
      topics.map(({ name, partitions }) => [
        name ?? '',
        {
          partitions: partitions.length,
          replicationFactor: partitions[0]?.replicaNodes.length,
          configs: configs.get(name ?? '') ?? {},
        },
      ]),
    )
  }

  async #configs(names: readonly string[]): Promise<Map<string, Record<string, string>>> {
    const connection = await this.#inside.any()
    const resourceType = ConfigResourceType.topic
    const { results } = await connection.request(DescribeConfigs, {
      resources: names.map((resourceName) => ({ resourceType, resourceName, configurationKeys: null })),
    })
    return new Map(
      results.map(({ resourceName, errorCode, errorMessage, configs }) => {
        throwOnError(errorCode, errorMessage)
        const own = configs.filter(({ configSource }) => configSource === dynamicTopicConfig)
        return [resourceName, Object.fromEntries(own.map(({ name, value }) => [name, value ?? '']))]
      }),
    )
  }
}

function noTopics(given: unknown): KafkaServerError {
  return new KafkaServerError('Topics are given by their names.', {
    code: 'TOPICS',
    why: `${JSON.stringify(given)} says nothing of how many partitions one has.`,
    next: 'Give them such as { orders: 3 } or { orders: { partitions: 3, configs: {} } }.',
  })
}
