import type { Clock, Logger, Random } from '@sluice/effects'
import { consumerOffsets } from '@sluice/wire'
import { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Partitions } from '../replication/partitions.ts'
import { InternalTopicLog } from './internal-topic-log.ts'

/** FindCoordinator's types of keys. */
export const coordinatorKeyType = { group: 0, transaction: 1, share: 2 } as const

/** How the topic of a coordinator is made when it is first asked for. */
export interface TopicShape {
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: { name: string; value: string }[]
}

/** A coordinator as the broker sees it: it serves the keys whose partition of its topic this broker leads. */
export interface CoordinatorHome {
  readonly topic: string
  readonly keyType: number
  partitionFor(key: string): number
  shape(config: BrokerConfig): TopicShape
  /** This broker leads the partition from now on. */
  load(partition: number): void
  unload(partition: number): void
  /** These topics are gone: what was kept about them goes too. */
  topicsDeleted(names: ReadonlySet<string>): void
  close(): void
}

export function groupCoordinatorHome(groups: GroupCoordinator): CoordinatorHome {
  return {
    topic: consumerOffsets.topic,
    keyType: coordinatorKeyType.group,
    partitionFor: (groupId) => groups.partitionFor(groupId),
    shape: (config) => ({
      numPartitions: config.int('offsets.topic.num.partitions'),
      replicationFactor: config.int('offsets.topic.replication.factor'),
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'producer' },
        { name: 'segment.bytes', value: String(config.int('offsets.topic.segment.bytes')) },
      ],
    }),
    load: (partition) => void groups.load(partition),
    unload: (partition) => groups.unload(partition),
    topicsDeleted: (names) => void groups.topicsDeleted(names),
    close: () => groups.close(),
  }
}

/** What a coordinator has of its broker. */
interface CoordinatorSurroundings {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly partitions: Partitions
}

export function createGroupCoordinator(broker: CoordinatorSurroundings): GroupCoordinator {
  const { clock, logger, random, config, metadata, partitions } = broker
  const { topic } = consumerOffsets
  return new GroupCoordinator({
    clock,
    logger,
    random,
    config,
    log: new InternalTopicLog({
      topic,
      partitions,
      clock,
      maxMessageBytes: () => config.topicInt(topic, 'max.message.bytes'),
    }),
    topics: {
      idOf: (name) => metadata.topic(name)?.id,
      nameOf: (id) => metadata.topicNameOf(id),
      partitionCount: (name) => metadata.topic(name)?.partitions.length,
    },
  })
}
