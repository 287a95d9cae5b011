import {
  alterConfigs,
  configEntries,
  type Connection,
  createTopic,
  deleteTopics,
  describeTopics,
  setPartitionCount,
  throwOnError,
} from '@sluice/client'
import { ConfigResourceType, ErrorCode, type Metadata, type ResponseOf } from '@sluice/wire'
import type { ClusterTopics, NewTopic, TopicDescription } from '../cluster-view.ts'

type Ask = <Answer>(use: (connection: Connection) => Promise<Answer>) => Promise<Answer>

/** DescribeConfigs' source of what a topic has of its own. */
const ownConfig = 1

/** There is no topic of the name, or there can be none. */
const absences: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
])

/** Topics, as Kafka's Admin client asks for them. */
export class TopicAdmin implements ClusterTopics {
  readonly #ask: Ask
  readonly #askController: Ask

  constructor({ ask, askController }: { ask: Ask; askController: Ask }) {
    this.#ask = ask
    this.#askController = askController
  }

  async list(): Promise<TopicDescription[]> {
    const { topics } = await this.#ask(describeTopics)
    return topics.map(described).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async describe(name: string): Promise<TopicDescription | null> {
    const { topics } = await this.#ask((connection) => describeTopics(connection, [name]))
    const topic = topics.find((one) => one.name === name)
    if (!topic || absences.has(topic.errorCode)) return null
    throwOnError(topic.errorCode)
    return described(topic)
  }

  async configs(name: string): Promise<Record<string, string>> {
    const configs = await this.#ask((connection) => configsOf(connection, name))
    return Object.fromEntries(
      configs
        .flatMap(({ name, value, isSensitive }) => (value === null || isSensitive ? [] : [[name, value]]))
        .sort(),
    )
  }

  async create({ name, ...topic }: NewTopic): Promise<void> {
    await this.#askController((connection) => createTopic(connection, name, topic))
  }

  async setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    await this.#askController(async (connection) => {
      const own = (await configsOf(connection, name)).filter(({ configSource }) => configSource === ownConfig)
      const gone = own.filter((config) => !Object.hasOwn(configs, config.name))
      const changes = { ...Object.fromEntries(gone.map((config) => [config.name, null])), ...configs }
      if (Object.keys(changes).length > 0)
        await alterConfigs(connection, ConfigResourceType.topic, name, changes)
    })
  }

  async setPartitionCount(name: string, count: number): Promise<void> {
    await this.#askController((connection) => setPartitionCount(connection, name, count))
  }

  async delete(name: string): Promise<void> {
    await this.#askController((connection) => deleteTopics(connection, [name]))
  }
}

function described({ name, partitions }: ResponseOf<typeof Metadata>['topics'][number]): TopicDescription {
  return {
    name: name ?? '',
    partitions: partitions
      .map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
        partition: partitionIndex,
        leader: leaderId,
        replicas: replicaNodes,
        isr: isrNodes,
      }))
      .sort((a, b) => a.partition - b.partition),
  }
}

function configsOf(connection: Connection, topic: string) {
  return configEntries(connection, ConfigResourceType.topic, topic)
}
