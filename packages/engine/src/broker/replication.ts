import type { Clock, Disk, Logger, Network } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { InlineFeeds } from '../replication/inline-feeds.ts'
import { type PartitionsListener, Partitions } from '../replication/partitions.ts'
import { ReplicaFetchers } from '../replication/replica-fetchers.ts'
import type { ReplicationQuotas } from '../replication/replication-quota.ts'
import type { IsrChange } from '../replication/replica.ts'
import type { LogManager } from '../storage/log-manager.ts'
import { connectToPeer } from './peers.ts'

/** What partitions have of their broker. */
interface PartitionSurroundings {
  readonly brokerId: number
  readonly brokerEpoch: () => Int64
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly logger: Logger
  readonly logs: LogManager
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly feeds: InlineFeeds
  readonly quotas: ReplicationQuotas
  readonly listener: PartitionsListener
  readonly alterIsr: (change: IsrChange) => void
  /** Work that goes on by itself: its rejection is this broker's bug. */
  readonly watch: (work: Promise<unknown>) => void
}

export function createPartitions(broker: PartitionSurroundings): Partitions {
  const { metadata, brokerId, config } = broker
  const fetching = {
    clientId: `broker-${brokerId}-fetcher-0`,
    requestTimeoutMs: config.int('replica.socket.timeout.ms'),
    reusesAnswers: true,
  }
  return new Partitions({
    ...broker,
    brokers: {
      isActive: (brokerId) => metadata.isBrokerActive(brokerId),
      aliveEpoch: (brokerId) => metadata.aliveBrokerEpoch(brokerId),
      aliveRack: (brokerId) =>
        metadata.isBrokerAlive(brokerId) ? (metadata.broker(brokerId)?.rack ?? null) : null,
    },
    fetchers: new ReplicaFetchers({
      ...broker,
      connect: (leader) => connectToPeer(leader, broker, fetching),
    }),
  })
}
