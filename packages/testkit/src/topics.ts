import { createTopic, deleteTopics, describeTopics, KafkaError, throwOnError } from '@sluice/client'
import { ConfigResourceType, DescribeConfigs, ErrorCode, type Metadata, type ResponseOf } from '@sluice/wire'
import type { TopicOptions, Topics as NewTopics } from './api.ts'
import type { Inside } from './inside.ts'
import { KafkaServerError } from './server-error.ts'

type TopicMetadata = ResponseOf<typeof Metadata>['topics'][number]

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
      return createTopic(connection, name, options)
    })
    await Promise.all(all)
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

  /** All go, and these come in their place: with the same names they are empty, and their offsets begin at 0. */
  async replaceAll(topics: NewTopics): Promise<void> {
    const names = (await this.list()).flatMap(({ name }) => name ?? [])
    if (names.length > 0) await deleteTopics(await this.#inside.any(), names)
    await this.create(topics)
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
