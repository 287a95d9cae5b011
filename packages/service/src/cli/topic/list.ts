import { type Command, Option } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { allTopics, type TopicMetadata } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  internal?: boolean
  output: OutputFormat
}

interface ListedTopic {
  name: string
  partitions: number
  replicas: number
  /** Partitions whose replicas are not all in sync. */
  outOfSync: number
  /** Partitions that nobody leads. */
  offline: number
  internal: boolean
}

const columns = {
  NAME: ({ name }: ListedTopic) => name,
  PARTITIONS: ({ partitions }: ListedTopic) => partitions,
  REPLICAS: ({ replicas }: ListedTopic) => replicas,
  'OUT OF SYNC': ({ outOfSync }: ListedTopic) => outOfSync || null,
  OFFLINE: ({ offline }: ListedTopic) => offline || null,
}

export function listVerb(): Command {
  const internal = new Option('--internal', 'also those that brokers keep for themselves')
  return kafkaVerb('list', 'list topics', [internal, formatOption()]).action(async (flags: Flags) => {
    const topics = await withKafka(flags, 'The topics cannot be listed.', (kafka) =>
      allTopics(kafka, { internal: flags.internal ?? false }),
    )
    await printAll(topics.map(listed), columns, flags.output)
  })
}

function listed({ name, partitions, isInternal }: TopicMetadata): ListedTopic {
  return {
    name: name ?? '',
    partitions: partitions.length,
    replicas: Math.max(0, ...partitions.map(({ replicaNodes }) => replicaNodes.length)),
    outOfSync: partitions.filter(({ isrNodes, replicaNodes }) => isrNodes.length < replicaNodes.length)
      .length,
    offline: partitions.filter(({ leaderId }) => leaderId < 0).length,
    internal: isInternal,
  }
}
