import type { Clock, Logger } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import type { Log } from '../storage/log.ts'
import type { FeedOffer, ReplicaFeed } from './replica-feed.ts'
import type { ReplicationQuotas } from './replication-quota.ts'
import type { NodeDisk } from '../storage/node-disk.ts'
import type { PartitionDisk } from './partition-disk.ts'
import type { Traffic, TrafficByTopic } from './traffic.ts'
import type { Waiters } from './waiters.ts'

/** What the metadata log says of a partition. */
export interface PartitionState {
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly replicas: readonly number[]
  /** Holds the leader, and replicas only. */
  readonly isr: readonly number[]
}

/** What the metadata log says of a topic. */
export interface TopicState {
  readonly name: string
  readonly id: string
  /** By partition index. */
  readonly partitions: readonly PartitionState[]
}

/** A leader that has something to commit at the end of the socket read. */
export interface StagedLeader {
  commitStaged(): void
}

/** What all replicas of a broker share. */
export interface ReplicaContext {
  readonly brokerId: number
  readonly clock: Clock
  readonly logger: Logger
  /** `replica.lag.time.max.ms`. */
  readonly lagMaxMs: number
  minInSyncReplicas(topic: string): number
  readonly brokers: KnownBrokers
  /** Told of what the disk refuses. */
  readonly nodeDisk: NodeDisk
  /** Called once for what is staged until `commitStaged` is. */
  readonly stagedFirst: (leader: StagedLeader) => void
  /** A follower that lives in this process, and stands where its leader stands; null where it does not. */
  readonly openFeed: (brokerId: number, offer: FeedOffer) => ReplicaFeed | null
  readonly quotas: ReplicationQuotas
  readonly traffic: TrafficByTopic
  /** Asks the controller for another ISR (AlterPartition). */
  readonly alterIsr: (change: IsrChange) => void
}

/** What the metadata log says of brokers. */
export interface KnownBrokers {
  /** Neither fenced nor shutting down. */
  isActive(brokerId: number): boolean
  /** The epoch under which a broker is registered that is alive. */
  aliveEpoch(brokerId: number): Int64 | undefined
  /** Of a broker that is alive; null where there is none. */
  aliveRack(brokerId: number): string | null
}

/** The ISR that a leader wants in place of the one that the metadata log has. */
export interface IsrChange {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  readonly leaderEpoch: number
  /** Of the state that the change is for: the controller takes it for no other. */
  readonly partitionEpoch: number
  /** With the epochs of the brokers, so that no other incarnation of one of them enters (KIP-903). */
  readonly isr: readonly { brokerId: number; brokerEpoch: Int64 }[]
  /** Nothing comes of it. Whatever else comes of it the metadata log says. */
  refused(): void
}

/** A follower's request for what comes next, as its leader sees it. */
export interface FollowerFetch {
  readonly brokerId: number
  /** −1 where the request does not say it. */
  readonly brokerEpoch: Int64
  /** The follower has every record below. */
  readonly fetchOffset: number
  readonly logStartOffset: number
}

/** This broker's replica of a partition: what stays while its role changes. */
export interface Replica {
  readonly topic: string
  readonly index: number
  readonly log: Log
  readonly disk: PartitionDisk
  readonly waiters: Waiters
  /** Of the topic. */
  readonly traffic: Traffic
  readonly context: ReplicaContext
}
