import type { Clock, Logger } from '@sluice/effects'
import type { Log } from '../storage/log.ts'
import type { PartitionDisk } from './partition-disk.ts'
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
  /** Whether a broker is neither fenced nor shutting down. */
  readonly isActive: (brokerId: number) => boolean
  /** Called once for what is staged until `commitStaged` is. */
  readonly stagedFirst: (leader: StagedLeader) => void
  /** The replicas that should be in sync are others than the metadata log says. */
  wantsIsr(topic: string, index: number, isr: readonly number[]): void
}

/** This broker's replica of a partition: what stays while its role changes. */
export interface Replica {
  readonly topic: string
  readonly index: number
  readonly log: Log
  readonly disk: PartitionDisk
  readonly waiters: Waiters
  readonly context: ReplicaContext
}
