/** What the tests of this directory share: a partition on a disk in memory, and appends that say how they ended. */
import { silentLogger, TestClock } from '@sluice/effects'
import { ConfigResourceType, type ErrorCode } from '@sluice/wire'
import { BrokerConfig } from '../../metadata/configs.ts'
import { MetadataImage } from '../../metadata/image.ts'
import type { Validated, Rejected } from '../../storage/log.ts'
import { NodeDisk } from '../../storage/node-disk.ts'
import { LogContext, batchOf, startMs } from '../../storage/testing/log-context.ts'
import type { AppendOutcome, AppendRequest, AppendSink } from '../append.ts'
import type { Follower } from '../follower.ts'
import { Partition } from '../partition.ts'
import type { ReplicaFeed } from '../replica-feed.ts'
import { ReplicaFetchers } from '../replica-fetchers.ts'
import { type ReplicationQuotas, replicationQuotas } from '../replication-quota.ts'
import type { FollowerFetch, IsrChange, PartitionState, ReplicaContext, StagedLeader } from '../replica.ts'
import { TrafficByTopic } from '../traffic.ts'

export const me = 1
export const other = 2

export const led: PartitionState = {
  leader: me,
  leaderEpoch: 3,
  partitionEpoch: 0,
  replicas: [me],
  isr: [me],
}
/** Led by this broker, whose follower is in sync: nothing is committed before the follower has it. */
export const ledWithFollower: PartitionState = { ...led, replicas: [me, other], isr: [me, other] }
export const followed: PartitionState = { ...ledWithFollower, leader: other, leaderEpoch: 4 }

/** Fetchers that never begin. */
export const noFetchers = new ReplicaFetchers({
  brokerId: me,
  brokerEpoch: () => 1,
  clock: new TestClock(),
  logger: silentLogger,
  config: { int: () => 1 },
  connect: () => Promise.reject(new Error('nobody is there')),
  watch() {},
})

/** Those of a broker whose configs are the defaults. */
export function quotasOf(image = new MetadataImage(), clock = new TestClock()): ReplicationQuotas {
  const config = new BrokerConfig({ image, nodeId: me, staticProperties: {} })
  return replicationQuotas({ brokerId: me, clock, config })
}

export const brokerEpochOf = (brokerId: number) => 100 + brokerId

/** A follower that has everything below `fetchOffset`. */
export function followerAt(fetchOffset: number, changes: Partial<FollowerFetch> = {}): FollowerFetch {
  return { brokerId: other, brokerEpoch: brokerEpochOf(other), fetchOffset, logStartOffset: 0, ...changes }
}

export class PartitionContext extends LogContext {
  readonly log = this.load()
  minInSyncReplicas = 1
  /** Those that wait for the end of a socket read. */
  staged: StagedLeader[] = []
  /** What the leader has asked for, in order. */
  readonly isrChanges: IsrChange[] = []
  /** What a leader finds of its follower in this process. */
  feed: ReplicaFeed | null = null
  /** Those that are fetched for. */
  readonly followers = new Set<Follower>()
  readonly fetchers = {
    follow: (follower: Follower) => void this.followers.add(follower),
    unfollow: (follower: Follower) => void this.followers.delete(follower),
  }
  /** Brokers that are fenced. */
  readonly fenced = new Set<number>()
  readonly nodeDisk = new NodeDisk({
    disk: this.disk,
    clock: this.clock,
    logger: silentLogger,
    directory: this.directory,
  })
  readonly #image = new MetadataImage()
  readonly quotas = quotasOf(this.#image, this.clock)
  readonly context: ReplicaContext = {
    brokerId: me,
    clock: this.clock,
    logger: silentLogger,
    nodeDisk: this.nodeDisk,
    lagMaxMs: 30_000,
    minInSyncReplicas: () => this.minInSyncReplicas,
    brokers: {
      isActive: (brokerId) => !this.fenced.has(brokerId),
      aliveEpoch: (brokerId) => (this.fenced.has(brokerId) ? undefined : brokerEpochOf(brokerId)),
      aliveRack: (brokerId) => (this.fenced.has(brokerId) ? null : `rack ${brokerId}`),
    },
    stagedFirst: (leader) => void this.staged.push(leader),
    openFeed: () => this.feed,
    quotas: this.quotas,
    traffic: new TrafficByTopic(),
    alterIsr: (change) => void this.isrChanges.push(change),
  }

  /** The ISRs that the leader has asked for, in order. */
  get wantedIsrs(): number[][] {
    return this.isrChanges.map(({ isr }) => isr.map(({ brokerId }) => brokerId))
  }

  /** A config of the topic. */
  setConfig(name: string, value: string): void {
    const of = { resourceType: ConfigResourceType.topic, resourceName: 'events' }
    this.#image.configs.replay({ ...of, name, value })
  }

  /** Bytes a second of both sides. */
  limitReplication(bytesPerSecond: number): void {
    const of = { resourceType: ConfigResourceType.broker, resourceName: String(me) }
    for (const side of ['leader', 'follower'])
      this.#image.configs.replay({
        ...of,
        name: `${side}.replication.throttled.rate`,
        value: String(bytesPerSecond),
      })
  }

  partition(state: PartitionState = led, highWatermark = 0): Partition {
    const { log, context } = this
    const { fetchers } = this
    return new Partition({ topic: 'events', index: 0, log, context, state, fetchers, highWatermark })
  }

  /**
   * From here on the log judges batches as with a codec that has no synchronous form. The result lets those go on that
   * wait, and has later ones judged at once, unless told.
   */
  judgeSlowly(): (later?: 'at once' | 'slowly') => Promise<void> {
    const { log } = this
    const judge = log.validate.bind(log)
    const waiting: (() => void)[] = []
    log.validate = (records, context) =>
      new Promise<Validated | Rejected>((resolve) => {
        waiting.push(() => resolve(judge(records, context)))
      })
    return async (later = 'at once') => {
      if (later === 'at once') log.validate = judge
      for (const next of waiting.splice(0)) next()
      await this.clock.advance(0)
    }
  }
}

/** An append whose end can be looked at: null while it waits. */
export class Appended implements AppendSink {
  outcome: AppendOutcome | null = null
  /** How often it was told. */
  told = 0

  get error(): ErrorCode | null {
    return this.outcome && this.outcome.error
  }

  appended(_index: number, outcome: AppendOutcome): void {
    this.outcome = outcome
    this.told++
  }
}

/** Stages one batch; the caller commits. */
export function append(
  partition: Partition,
  request: Partial<AppendRequest> & { count?: number } = {},
): Appended {
  const appended = new Appended()
  partition.append({
    records: batchOf(request.count ?? 1),
    origin: 'client',
    acks: -1,
    timeoutMs: 1000,
    nowMs: startMs,
    index: 0,
    sink: appended,
    ...request,
  })
  return appended
}
