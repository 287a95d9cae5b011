import {
  AlterConfigOp,
  CreatePartitions,
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  IncrementalAlterConfigs,
  Metadata,
  type ResponseOf,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { KafkaError, throwOnError } from './errors.ts'

interface NewTopic {
  name: string
  /** Default: the broker's `num.partitions`. */
  partitions?: number
  /** Default: the broker's `default.replication.factor`. */
  replicationFactor?: number
  configs?: Record<string, string>
  /** Replicas by partition, instead of the two counts. */
  assignments?: number[][]
}

interface CreatedTopic {
  name: string
  topicId: string
  /** Null: not told, as to whoever may make a topic and not describe its configs. */
  partitions: number | null
  /** Null as `partitions`. */
  replicationFactor: number | null
}

/** Creates the topics; throws KafkaError at the first that was not. */
async function createTopics(
  connection: Connection,
  topics: readonly NewTopic[],
  options: { timeoutMs?: number; validateOnly?: boolean } = {},
): Promise<CreatedTopic[]> {
  const response = await connection.request(CreateTopics, {
    topics: topics.map((topic) => ({
      name: topic.name,
      numPartitions: topic.assignments ? -1 : (topic.partitions ?? -1),
      replicationFactor: topic.assignments ? -1 : (topic.replicationFactor ?? -1),
      assignments: (topic.assignments ?? []).map((brokerIds, partitionIndex) => ({
        partitionIndex,
        brokerIds,
      })),
      configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
    })),
    timeoutMs: options.timeoutMs ?? 30_000,
    validateOnly: options.validateOnly ?? false,
  })
  return response.topics.map((topic) => {
    throwOnError(topic.errorCode, topic.errorMessage)
    const { name, topicId, numPartitions, replicationFactor } = topic
    return { name, topicId, partitions: told(numPartitions), replicationFactor: told(replicationFactor) }
  })
}

/** A count of an answer that has -1 where it tells none. */
const told = (count: number): number | null => (count === -1 ? null : count)

export async function createTopic(
  connection: Connection,
  name: string,
  { validateOnly = false, ...options }: Omit<NewTopic, 'name'> & { validateOnly?: boolean } = {},
): Promise<CreatedTopic> {
  const [topic] = await createTopics(connection, [{ name, ...options }], { validateOnly })
  if (!topic) throw new Error(`the answer does not speak of ${name}`)
  return topic
}

/** From this version on DeleteTopics names each topic in a struct of its own. */
const topicStructVersionMin = 6

export async function deleteTopics(connection: Connection, names: readonly string[]): Promise<void> {
  const version = await connection.versionFor(DeleteTopics)
  const request =
    version < topicStructVersionMin ? { topicNames: names } : { topics: names.map((name) => ({ name })) }
  const response = await connection.send(DeleteTopics, version, { ...request, timeoutMs: 30_000 })
  for (const topic of response.responses) throwOnError(topic.errorCode, topic.errorMessage)
}

type ClusterMetadata = ResponseOf<typeof Metadata>

/** What the broker knows of these topics, of all without `topics`; never creates any. Errors stand in the answer. */
export async function describeTopics(
  connection: Connection,
  topics: readonly string[] | null = null,
): Promise<ClusterMetadata> {
  return connection.request(Metadata, {
    topics: topics === null ? null : topics.map((name) => ({ name })),
    allowAutoTopicCreation: false,
  })
}

/** Throws KafkaError where the broker does not know the topic. */
export async function topicIdOf(connection: Connection, name: string): Promise<string> {
  const { topics } = await describeTopics(connection, [name])
  const topic = topics.find((each) => each.name === name)
  if (!topic) throw new Error(`the answer does not speak of ${name}`)
  throwOnError(topic.errorCode)
  return topic.topicId
}

type ConfigEntry = ResponseOf<typeof DescribeConfigs>['results'][number]['configs'][number]

/** Configs as the broker tells them, with where each comes from; all without `keys`. */
export async function configEntries(
  connection: Connection,
  resourceType: number,
  resourceName: string,
  options: { keys?: readonly string[]; includeDocumentation?: boolean } = {},
): Promise<ConfigEntry[]> {
  const { results } = await connection.request(DescribeConfigs, {
    resources: [{ resourceType, resourceName, configurationKeys: options.keys ?? null }],
    includeDocumentation: options.includeDocumentation ?? false,
  })
  const [result] = results
  if (!result) throw new Error(`the answer does not speak of ${resourceName}`)
  throwOnError(result.errorCode, result.errorMessage)
  return result.configs
}

/** Effective configs by name. */
export async function describeConfigs(
  connection: Connection,
  resourceType: number,
  resourceName: string,
): Promise<Map<string, string | null>> {
  const configs = await configEntries(connection, resourceType, resourceName)
  return new Map(configs.map(({ name, value }) => [name, value]))
}

/** Sets configs; null takes one back to its default. */
export async function alterConfigs(
  connection: Connection,
  resourceType: number,
  resourceName: string,
  changes: Record<string, string | null>,
  { validateOnly = false }: { validateOnly?: boolean } = {},
): Promise<void> {
  const response = await connection.request(IncrementalAlterConfigs, {
    resources: [
      {
        resourceType,
        resourceName,
        configs: Object.entries(changes).map(([name, value]) => ({
          name,
          value,
          configOperation: value === null ? AlterConfigOp.delete : AlterConfigOp.set,
        })),
      },
    ],
    validateOnly,
  })
  for (const { errorCode, errorMessage } of response.responses)
    if (errorCode !== 0) throw new KafkaError(errorCode, errorMessage)
}

/** Gives the topic so many partitions in all. */
export async function setPartitionCount(
  connection: Connection,
  name: string,
  count: number,
  { validateOnly = false }: { validateOnly?: boolean } = {},
): Promise<void> {
  const topics = [{ name, count, assignments: null }]
  const { results } = await connection.request(CreatePartitions, { topics, timeoutMs: 30_000, validateOnly })
  for (const { errorCode, errorMessage } of results) throwOnError(errorCode, errorMessage)
}

/** Deletes the records before the offset, asked of the partition's leader; gives the first offset that is left. */
export async function deleteRecordsBefore(
  connection: Connection,
  topic: string,
  partition: number,
  offset: number,
): Promise<number> {
  const topics = [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }]
  const response = await connection.request(DeleteRecords, { topics, timeoutMs: 30_000 })
  const answer = response.topics[0]?.partitions[0]
  if (!answer) throw new Error(`the answer does not speak of ${topic}-${partition}`)
  throwOnError(answer.errorCode)
  return Number(answer.lowWatermark)
}
