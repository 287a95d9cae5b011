import { type Clock, type Disk, isSystemError, type Logger, type Timer } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { LogManager } from '../storage/log-manager.ts'
import { atOnce, type Steps } from '../storage/slices.ts'
import { HighWatermarks } from './high-watermarks.ts'
import type { InlineFeeds } from './inline-feeds.ts'
import { Partition } from './partition.ts'
import type { FeedOffer, ReplicaFeed } from './replica-feed.ts'
import type { ReplicaFetchers } from './replica-fetchers.ts'
import type { ReplicationQuotas } from './replication-quota.ts'
import { TrafficByTopic } from './traffic.ts'
import type {
  IsrChange,
  KnownBrokers,
  PartitionState,
  ReplicaContext,
  StagedLeader,
  TopicState,
} from './replica.ts'

/** Told what becomes of the partitions that this broker has. */
export interface PartitionsListener {
  leads(partition: Partition): void
  resigns(topic: string, index: number): void
  /** Logs of the topic, which the disk had refused, were tried again, and may be open now. */
  opensLate(topic: TopicState): void
}

/** The broker's configuration, by Kafka's names. */
interface ReplicationConfig {
  long(name: string): number
  topicInt(topic: string, name: string): number
}

/** After a directory could not be made or read, it is tried again this much later. */
const retryMs = 1_000

/** The partitions whose replicas this broker holds, and the appends that wait for the end of the socket read. */
export class Partitions {
  readonly traffic = new TrafficByTopic()
  readonly #clock: Clock
  readonly #brokerId: number
  readonly #logs: LogManager
  readonly #highWatermarks: HighWatermarks
  readonly #listener: PartitionsListener
  readonly #fetchers: ReplicaFetchers
  readonly #context: ReplicaContext
  /** As long as the topic has partitions, whoever holds them. */
  readonly #byTopic = new Map<string, (Partition | undefined)[]>()
  /** Topics with partitions whose logs the disk refuses. */
  readonly #lacking = new Map<string, TopicState>()
  #retry: Timer | null = null
  #isrReview: Timer | null = null
  #staged: StagedLeader[] = []

  constructor(options: {
    clock: Clock
    disk: Disk
    logger: Logger
    brokerId: number
    logs: LogManager
    config: ReplicationConfig
    brokers: KnownBrokers
    listener: PartitionsListener
    /** Asks the controller for another ISR (AlterPartition). */
    alterIsr: (change: IsrChange) => void
    fetchers: ReplicaFetchers
    quotas: ReplicationQuotas
    /** Where followers of this process are found. */
    feeds: InlineFeeds
  }) {
    this.#clock = options.clock
    this.#brokerId = options.brokerId
    this.#logs = options.logs
    this.#highWatermarks = new HighWatermarks({
      ...options,
      intervalMs: options.config.long('replica.high.watermark.checkpoint.interval.ms'),
    })
    this.#listener = options.listener
    this.#fetchers = options.fetchers
    this.#context = {
      brokerId: options.brokerId,
      clock: options.clock,
      logger: options.logger,
      nodeDisk: options.logs.disk,
      lagMaxMs: options.config.long('replica.lag.time.max.ms'),
      minInSyncReplicas: (topic) => options.config.topicInt(topic, 'min.insync.replicas'),
      brokers: options.brokers,
      stagedFirst: (leader) => void this.#staged.push(leader),
      openFeed: (brokerId, offer) => options.feeds.open(brokerId, offer),
      quotas: options.quotas,
      traffic: this.traffic,
      alterIsr: options.alterIsr,
    }
  }

  /** The logs are loaded: from now on `apply` may be called. */
  begin(): void {
    this.#highWatermarks.begin()
    this.#isrReview = this.#scheduleIsrReview()
  }

  /** The broker is registered: from now on leaders know who fetches. */
  beginFetching(): void {
    this.#fetchers.begin()
  }

  /** A broker is registered no more. */
  forgetBroker(brokerId: number): void {
    this.#fetchers.forget(brokerId)
  }

  get(topic: string, index: number): Partition | undefined {
    return this.#byTopic.get(topic)?.[index]
  }

  /**
   * The partition, if this broker leads it at the epoch that the client believes (−1: it does not say) and its disk
   * is well; else why not.
   */
  led(topic: string, index: number, currentLeaderEpoch: number): Partition | ErrorCode {
    const partition = this.find(topic, index)
    if (typeof partition === 'number') return partition
    const error = partition.check(currentLeaderEpoch)
    return error === ErrorCode.NONE ? partition : error
  }

  /** The same, whoever leads it. */
  read(topic: string, index: number, currentLeaderEpoch: number): Partition | ErrorCode {
    const partition = this.find(topic, index)
    if (typeof partition === 'number') return partition
    const error = partition.checkReader(currentLeaderEpoch)
    return error === ErrorCode.NONE ? partition : error
  }

  /** A leader in this process would feed the replica that this broker holds. */
  openFeed(offer: FeedOffer): ReplicaFeed | null {
    const partition = this.get(offer.topic, offer.index)
    return partition?.log.topicId === offer.topicId ? partition.openFeed(offer) : null
  }

  /** The replica that this broker holds, or why there is none. */
  find(topic: string, index: number): Partition | ErrorCode {
    const partition = this.get(topic, index)
    if (partition) return partition
    const isHeld = this.#lacking.get(topic)?.partitions[index]?.replicas.includes(this.#brokerId)
    if (isHeld) return ErrorCode.KAFKA_STORAGE_ERROR
    const count = this.#byTopic.get(topic)?.length ?? 0
    return index >= 0 && index < count
      ? ErrorCode.NOT_LEADER_OR_FOLLOWER
      : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  }

  *all(): Iterable<Partition> {
    for (const partitions of this.#byTopic.values())
      for (const partition of partitions) if (partition) yield partition
  }

  /** Writes everything that is staged: one write a partition. */
  commitStaged(): void {
    if (this.#staged.length === 0) return
    const staged = this.#staged
    this.#staged = []
    for (const leader of staged) leader.commitStaged()
  }

  /** Brings this broker's replicas of a topic to the state that the metadata log gives them. */
  apply(topic: TopicState): void {
    atOnce(this.applyInSteps(topic))
  }

  /** The same, a partition a step: a log that is made takes the disk's time. */
  *applyInSteps(topic: TopicState): Steps {
    let partitions = this.#byTopic.get(topic.name)
    if (!partitions) this.#byTopic.set(topic.name, (partitions = []))
    this.#lacking.delete(topic.name)
    partitions.length = topic.partitions.length
    for (const [index, state] of topic.partitions.entries()) {
      yield
      const known = partitions[index]
      const held = state.replicas.includes(this.#brokerId)
      if (!held) {
        // First out of sight: long polls that wake up look for it again.
        partitions[index] = undefined
        if (known) this.#drop(known, ErrorCode.NOT_LEADER_OR_FOLLOWER)
        continue
      }
      if (known) this.#update(known, state)
      else partitions[index] = this.#openIfPossible(topic, index, state)
    }
  }

  /** The topic is gone: its directories wait for file.delete.delay.ms. A partition a step. */
  *removeInSteps(topic: string): Steps {
    const partitions = this.#byTopic.get(topic)
    if (!partitions) return
    this.#lacking.delete(topic)
    // From the end, so that those that are left keep their places.
    while (partitions.length > 0) {
      const partition = partitions.pop()
      if (partition) this.#drop(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      yield
    }
    this.#byTopic.delete(topic)
    this.traffic.forget(topic)
  }

  /** Brokers have come or gone: who may be in sync, and who may be waited for? */
  reviewIsrs(): void {
    for (const partition of this.all()) partition.reviewIsr()
  }

  /** Ends every wait; the broker stops. `clean`: its high watermarks are written. */
  close({ clean }: { clean: boolean }): void {
    this.#retry?.cancel()
    this.#isrReview?.cancel()
    this.#fetchers.close()
    this.commitStaged()
    for (const partition of this.all()) partition.close(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    this.#highWatermarks.close({ clean })
  }

  /** Where the disk refuses, the partition stays offline and is tried again; all others go on. */
  #openIfPossible(topic: TopicState, index: number, state: PartitionState): Partition | undefined {
    try {
      return this.#open(topic, index, state)
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.#logs.disk.failed('a partition is offline, its log cannot be opened', error, {
        topic: topic.name,
        partition: index,
      })
      this.#lacking.set(topic.name, topic)
      this.#retry ??= this.#clock.schedule(retryMs, () => {
        this.#retry = null
        for (const each of [...this.#lacking.values()]) {
          this.apply(each)
          this.#listener.opensLate(each)
        }
      })
      return undefined
    }
  }

  #open(topic: TopicState, index: number, state: PartitionState): Partition {
    const topicPartition = { topic: topic.name, partition: index }
    const log = this.#logs.getOrCreate(topicPartition, topic.id)
    const partition = new Partition({
      topic: topic.name,
      index,
      log,
      context: this.#context,
      state,
      fetchers: this.#fetchers,
      highWatermark: this.#highWatermarks.take(log),
    })
    if (partition.isLeader) this.#listener.leads(partition)
    return partition
  }

  /** Twice as often as a replica may fall behind, as Apache Kafka looks. */
  #scheduleIsrReview(): Timer {
    return this.#clock.schedule(this.#context.lagMaxMs / 2, () => {
      this.#isrReview = this.#scheduleIsrReview()
      this.reviewIsrs()
    })
  }

  #update(partition: Partition, state: PartitionState): void {
    const led = partition.isLeader
    const epoch = partition.leaderEpoch
    partition.update(state)
    if (partition.isLeader && (!led || epoch !== partition.leaderEpoch)) this.#listener.leads(partition)
    if (led && !partition.isLeader) this.#listener.resigns(partition.topic, partition.index)
  }

  /** It is out of sight; `error` is for whoever waits there. */
  #drop(partition: Partition, error: ErrorCode): void {
    partition.close(error)
    if (partition.isLeader) this.#listener.resigns(partition.topic, partition.index)
    try {
      this.#logs.delete({ topic: partition.topic, partition: partition.index })
      this.#highWatermarks.writeSoon()
    } catch (error) {
      if (!isSystemError(error)) throw error
      // The next start finds a log of a partition that is not here, and puts it aside.
      const { topic, index } = partition
      this.#logs.disk.failed('a deleted partition stays', error, { topic, partition: index })
    }
  }
}
