import type { Calendar, Clock, Logger, Random } from '@sluice/effects'
import { ConfigResourceType, consumerOffsets, transactionState } from '@sluice/wire'
import { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { TopicView } from '../coordinator/group/topic-view.ts'
import { TransactionCoordinator } from '../coordinator/transaction/transaction-coordinator.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import { transactionVersionFeature } from '../metadata/features.ts'
import type { ClientQuotas } from '../quotas/client-quotas.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Partitions } from '../replication/partitions.ts'
import { InternalTopicLog } from './internal-topic-log.ts'
import type { Peers } from './peers.ts'
import type { ProducerIds } from './producer-ids.ts'
import { Markers } from './transactions/markers.ts'

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
  /** These are new, or gone, or have other partitions or replicas now. */
  topicsChanged(names: ReadonlySet<string>, areAnyNew: boolean): void
  close(): void
}

function groupCoordinatorHome(groups: GroupCoordinator): CoordinatorHome {
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
    topicsChanged: (names, areAnyNew) => groups.topicsChanged(names, areAnyNew),
    close: () => groups.close(),
  }
}

function transactionCoordinatorHome(transactions: TransactionCoordinator): CoordinatorHome {
  return {
    topic: transactionState.topic,
    keyType: coordinatorKeyType.transaction,
    partitionFor: (transactionalId) => transactions.partitionFor(transactionalId),
    shape: (config) => ({
      numPartitions: config.int('transaction.state.log.num.partitions'),
      replicationFactor: config.int('transaction.state.log.replication.factor'),
      configs: [
        { name: 'unclean.leader.election.enable', value: 'false' },
        { name: 'compression.type', value: 'uncompressed' },
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'min.insync.replicas', value: String(config.int('transaction.state.log.min.isr')) },
        { name: 'segment.bytes', value: String(config.int('transaction.state.log.segment.bytes')) },
      ],
    }),
    load: (partition) => void transactions.load(partition),
    unload: (partition) => transactions.unload(partition),
    topicsDeleted: () => {},
    topicsChanged: () => {},
    close: () => transactions.close(),
  }
}

export function coordinatorHomes(broker: {
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
}): CoordinatorHome[] {
  return [groupCoordinatorHome(broker.groups), transactionCoordinatorHome(broker.transactions)]
}

/** What a coordinator has of its broker. */
interface CoordinatorSurroundings {
  readonly clock: Clock
  readonly calendar: Calendar
  readonly logger: Logger
  readonly random: Random
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly partitions: Partitions
}

export function createTransactionCoordinator(
  broker: CoordinatorSurroundings & {
    readonly nodeId: number
    readonly groups: GroupCoordinator
    readonly peers: Peers
    readonly producerIds: ProducerIds
  },
): TransactionCoordinator {
  const { logger, config, metadata, partitions } = broker
  const { steady: clock, records: timerClock } = broker.calendar
  const { topic } = transactionState
  const markers = new Markers(broker)
  return new TransactionCoordinator({
    clock,
    timerClock,
    logger,
    config,
    log: new InternalTopicLog({
      topic,
      partitions,
      clock,
      maxMessageBytes: () => config.topicInt(topic, 'max.message.bytes'),
    }),
    partitionCount: () => metadata.topic(topic)?.partitions.length,
    coordinatorEpoch: (index) => partitions.get(topic, index)?.leaderEpoch ?? -1,
    transactionVersion: () => metadata.features.get(transactionVersionFeature) ?? 0,
    nextProducerId: () => broker.producerIds.next(),
    writeMarkers: (end, wanted) => markers.write(end, wanted),
  })
}

export function createGroupCoordinator(
  broker: CoordinatorSurroundings & { readonly clientQuotas: ClientQuotas },
): GroupCoordinator {
  const { logger, random, config, metadata, partitions } = broker
  const { cluster } = broker.clientQuotas
  const { steady: clock, sessions: timerClock } = broker.calendar
  const { topic } = consumerOffsets
  return new GroupCoordinator({
    clock,
    timerClock,
    logger,
    random,
    config,
    groupConfigs: (groupId) => metadata.configs.of(ConfigResourceType.group, groupId),
    log: new InternalTopicLog({
      topic,
      partitions,
      clock,
      maxMessageBytes: () => config.topicInt(topic, 'max.message.bytes'),
    }),
    topics: topicView(metadata),
    ...(cluster && { groupsMax: () => Math.ceil(cluster.shareOf(cluster.limits.groupsMax)) }),
  })
}

function topicView(metadata: MetadataImage): TopicView {
  const rackOf = (broker: number) => metadata.broker(broker)?.rack ?? []
  return {
    idOf: (name) => metadata.topic(name)?.id,
    nameOf: (id) => metadata.topicNameOf(id),
    partitionCount: (name) => metadata.topic(name)?.partitions.length,
    racks: (name, partition) => metadata.topic(name)?.partitions[partition]?.replicas.flatMap(rackOf) ?? [],
    *names() {
      for (const { name } of metadata.topics()) yield name
    },
    version: () => metadata.offset,
  }
}
