import { KafkaError, offsetBounds } from '@sluice/client'
import type { Command } from 'commander'
import { type KafkaAccess, withKafka } from '../kafka/access.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { ownConfigs, topicsNamed, type TopicMetadata } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printOne, textOfAll } from '../output.ts'

interface Flags extends KafkaFlags {
  output: OutputFormat
}

interface DescribedPartition {
  partition: number
  /** Null: nobody leads it. */
  leader: number | null
  replicas: number[]
  isr: number[]
  start: number | null
  end: number | null
}

interface DescribedTopic {
  name: string
  id: string
  internal: boolean
  /** Those that it has of its own. */
  configs: Record<string, string>
  partitions: DescribedPartition[]
}

const columns = {
  Name: ({ name }: DescribedTopic) => name,
  Id: ({ id }: DescribedTopic) => id,
  Partitions: ({ partitions }: DescribedTopic) => partitions.length,
  Records: ({ partitions }: DescribedTopic) =>
    partitions.reduce((sum, { start, end }) => sum + (end ?? 0) - (start ?? 0), 0),
  Configs: ({ configs }: DescribedTopic) =>
    Object.entries(configs)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
}

const partitionColumns = {
  PARTITION: ({ partition }: DescribedPartition) => partition,
  LEADER: ({ leader }: DescribedPartition) => leader,
  REPLICAS: ({ replicas }: DescribedPartition) => replicas.join(','),
  'IN SYNC': ({ isr }: DescribedPartition) => isr.join(','),
  START: ({ start }: DescribedPartition) => start,
  END: ({ end }: DescribedPartition) => end,
}

export function describeVerb(): Command {
  return kafkaVerb('describe', 'show a topic: its configs, and its partitions with their offsets', [
    formatOption(),
  ])
    .argument('<name>')
    .action(async (name: string, flags: Flags) => {
      const topic = await withKafka(flags, `The topic ${name} cannot be described.`, (kafka) =>
        describe(kafka, name),
      )
      await printOne(topic, columns, flags.output)
      if (flags.output === 'table')
        process.stdout.write(`\n${await textOfAll(topic.partitions, partitionColumns, 'table')}`)
    })
}

async function describe(kafka: KafkaAccess, name: string): Promise<DescribedTopic> {
  const [topic] = (await topicsNamed(kafka, [name])) as [TopicMetadata]
  const partitions = topic.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex)
  return {
    name,
    id: topic.topicId,
    internal: topic.isInternal,
    configs: await ownConfigs(kafka, name),
    partitions: await Promise.all(partitions.map((partition) => described(kafka, name, partition))),
  }
}

async function described(
  kafka: KafkaAccess,
  name: string,
  { partitionIndex: partition, leaderId, replicaNodes, isrNodes }: TopicMetadata['partitions'][number],
): Promise<DescribedPartition> {
  const hasLeader = leaderId >= 0
  const bounds =
    hasLeader && (await offsetBounds({ ...kafka, timeoutMs: 2_000 }, name, partition).catch(unknown))
  return {
    partition,
    leader: hasLeader ? leaderId : null,
    replicas: replicaNodes,
    isr: isrNodes,
    start: bounds ? bounds.start : null,
    end: bounds ? bounds.end : null,
  }
}

/** A partition that is not well is told of by the others' side. */
function unknown(error: unknown): null {
  if (error instanceof KafkaError) return null
  throw error
}
