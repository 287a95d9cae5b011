import { configEntries, describeTopics, KafkaError, persistently, throwOnError } from '@sluice/client'
import { ConfigResourceType, ErrorCode, type Metadata, type ResponseOf } from '@sluice/wire'
import { UsageError } from '../../usage-error.ts'
import type { KafkaAccess } from './access.ts'

export type TopicMetadata = ResponseOf<typeof Metadata>['topics'][number]

/** By names, in their order; a topic that is not there is an error. */
export async function topicsNamed(kafka: KafkaAccess, names: readonly string[]): Promise<TopicMetadata[]> {
  return persistently(kafka, async () => {
    const { topics } = await describeTopics(await kafka.brokers.any(), names)
    return names.map((name) => {
      const topic = topics.find((one) => one.name === name)
      if (!topic) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      if (topic.errorCode !== 0)
        throw new KafkaError(
          topic.errorCode,
          topic.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ? `There is no topic ${name}.` : null,
        )
      return topic
    })
  })
}

/** All of them, by name. */
export async function allTopics(
  kafka: KafkaAccess,
  { internal }: { internal: boolean },
): Promise<TopicMetadata[]> {
  const { topics } = await describeTopics(await kafka.brokers.any())
  for (const { errorCode } of topics) throwOnError(errorCode)
  return topics
    .filter(({ isInternal }) => internal || !isInternal)
    .sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
}

/** DescribeConfigs' source of what a topic has of its own. */
const ownConfig = 1

/** What a topic has of its own. */
export async function ownConfigs(kafka: KafkaAccess, name: string): Promise<Record<string, string>> {
  const entries = await configEntries(await kafka.brokers.any(), ConfigResourceType.topic, name)
  return Object.fromEntries(
    entries.flatMap(({ name: key, value, configSource }) =>
      configSource === ownConfig && value !== null ? [[key, value] as const] : [],
    ),
  )
}

/** Those of the topic that are asked for, in order; all without any. */
export function chosenPartitions(
  { name, partitions }: TopicMetadata,
  asked: readonly number[] | undefined,
): number[] {
  const all = partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b)
  const missing = asked?.find((partition) => !all.includes(partition))
  if (missing !== undefined)
    throw new UsageError(`${name} has no partition ${missing}: it has ${all.length}, from 0 on.`)
  return asked ? all.filter((partition) => asked.includes(partition)) : all
}
