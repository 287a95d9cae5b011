import { ErrorCode } from '@sluice/wire'
import type { Log } from '../storage/log.ts'
import type { UnverifiedBatch, Verification } from '../storage/verification.ts'
import { type AppendRequest, refusedAppend } from './append.ts'
import { Follower } from './follower.ts'
import { Leader } from './leader.ts'
import { PartitionDisk } from './partition-disk.ts'
import type { CommitWaiter } from './purgatory.ts'
import type { FeedOffer, ReplicaFeed } from './replica-feed.ts'
import type { ReplicaFetchers } from './replica-fetchers.ts'
import type { FollowerFetch, PartitionState, Replica, ReplicaContext } from './replica.ts'
import type { Traffic } from './traffic.ts'
import { type FetchWaiter, type ReadLevel, Waiters } from './waiters.ts'

type Fetchers = Pick<ReplicaFetchers, 'follow' | 'unfollow'>

/**
 * One partition on one broker: the door to its log, and to the role that the metadata log gives this broker.
 *
 * An append is judged and staged (`append`), and made visible with all others of the same socket read (`commit`).
 */
export class Partition {
  readonly topic: string
  readonly index: number
  readonly log: Log
  /** Of its topic. */
  readonly traffic: Traffic
  readonly #replica: Replica
  readonly #fetchers: Fetchers
  #state: PartitionState
  #role: Leader | Follower

  constructor(options: {
    topic: string
    index: number
    log: Log
    context: ReplicaContext
    state: PartitionState
    fetchers: Fetchers
    /** As it was when this broker stopped. */
    highWatermark: number
  }) {
    const { topic, index, log, context, state } = options
    const disk = new PartitionDisk(context, log.topicPartition)
    this.topic = topic
    this.index = index
    this.log = log
    this.traffic = context.traffic.of(topic)
    this.#replica = { topic, index, log, disk, waiters: new Waiters(), traffic: this.traffic, context }
    this.#state = state
    this.#fetchers = options.fetchers
    log.advanceHighWatermark(options.highWatermark)
    this.#role = this.#newRole(state)
  }

  get state(): PartitionState {
    return this.#state
  }

  get isLeader(): boolean {
    return this.#role instanceof Leader
  }

  /** Fewer replicas are in sync than there have to be for acks=all. */
  get isUnderMinIsr(): boolean {
    return this.#role instanceof Leader && this.#role.isUnderMinIsr
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch
  }

  /** A new state from the metadata log. */
  update(state: PartitionState): void {
    const { waiters, context } = this.#replica
    const before = this.#role
    // Another partition of the topic has changed.
    if (isSameState(state, this.#state)) return
    const { leaderEpoch } = this.#state
    // What is staged carries the epoch of before.
    this.commit()
    this.#state = state
    const stays = this.isLeader === (state.leader === context.brokerId)
    if (before instanceof Leader && stays) before.update(state)
    // A follower asks nobody whether it is in sync: only another leader epoch is news.
    if (stays && (before instanceof Leader || leaderEpoch === state.leaderEpoch)) return
    if (before instanceof Follower) before.close()
    // First the role: long polls that wake up ask for it.
    this.#role = this.#newRole(state)
    if (before instanceof Leader) before.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    waiters.wakeAll()
  }

  /**
   * Is this broker the leader, at the epoch that the client believes (−1: it does not say), and is its disk
   * well?
   */
  check(currentLeaderEpoch: number): ErrorCode {
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch < this.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH
    if (currentLeaderEpoch > this.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH
    if (!this.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER
    return this.#replica.disk.isUnreadable ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE
  }

  /** The same for those who may read from any replica (KIP-392), also from one that nobody leads. */
  checkReader(currentLeaderEpoch: number): ErrorCode {
    const error = this.check(currentLeaderEpoch)
    const isFollowed = error === ErrorCode.NOT_LEADER_OR_FOLLOWER
    return isFollowed && !this.#replica.disk.isUnreadable ? ErrorCode.NONE : error
  }

  /** Right after an election: what is committed is not known up to where this epoch began (KIP-207). */
  get isCommitLagging(): boolean {
    return this.#role instanceof Leader && this.#role.isCommitLagging
  }

  /** The follower that a reader in this rack had better read from; null: this broker. */
  readReplicaIn(rack: string, offset: number): number | null {
    return this.#role instanceof Leader ? this.#role.readReplicaIn(rack, offset) : null
  }

  /** Whether a broker may fetch from this leader as a follower, which `check` has allowed as such. */
  checkFollower(fetch: FollowerFetch, currentLeaderEpoch: number): ErrorCode {
    return this.#role instanceof Leader
      ? this.#role.checkFollower(fetch, currentLeaderEpoch)
      : ErrorCode.NOT_LEADER_OR_FOLLOWER
  }

  /** A follower has come so far, within this log. True: from now on it is fed, and need not wait for an answer. */
  followerFetched(fetch: FollowerFetch): boolean {
    return this.#role instanceof Leader && this.#role.followerFetched(fetch)
  }

  /** The leader lives in this process, and would feed this replica. */
  openFeed(offer: FeedOffer): ReplicaFeed | null {
    return this.#role instanceof Follower && this.#role.openFeed(offer) ? this.#role : null
  }

  /** Calls back when no replica that is alive holds a record below `offset`. */
  awaitDeletion(offset: number, timeoutMs: number, waiter: CommitWaiter): void {
    if (this.#role instanceof Leader) this.#role.awaitDeletion(offset, timeoutMs, waiter)
    else waiter.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER)
  }

  /** Waits until all that stands in the log now is committed. */
  awaitCommit(waiter: CommitWaiter): void {
    if (this.#role instanceof Leader) this.#role.awaitCommit(waiter)
    else waiter.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER)
  }

  /** Stages the records; the sink hears of the outcome, at once for a refusal, else after `commit`. */
  append(request: AppendRequest): void {
    if (this.#role instanceof Leader) this.#role.append(request)
    else request.sink.appended(request.index, refusedAppend(ErrorCode.NOT_LEADER_OR_FOLLOWER))
  }

  /** Writes what is staged with one call and tells the sinks. */
  commit(): void {
    if (this.#role instanceof Leader) this.#role.commit()
  }

  /** Calls the waiter whenever there is more to read, until `forget`. */
  awaitData(waiter: FetchWaiter, level: ReadLevel): void {
    this.#replica.waiters.add(waiter, level)
  }

  forget(waiter: FetchWaiter): void {
    this.#replica.waiters.delete(waiter)
  }

  /** Looks whether replicas have fallen behind or caught up. */
  reviewIsr(): void {
    if (this.#role instanceof Leader) this.#role.reviewIsr()
  }

  /** Other replicas may be throttled than before: those are not fed, but fetch. */
  reviewThrottle(): void {
    this.#role.reviewThrottle()
  }

  /** The partition leaves this broker: everything that waits is answered with `error`. */
  close(error: ErrorCode): void {
    if (this.#role instanceof Leader) this.#role.resign(error)
    else this.#role.close()
    this.#replica.waiters.wakeAll()
  }

  /** See ProducerState. KAFKA_STORAGE_ERROR while the disk does not let anything be known of producers. */
  verify(batch: UnverifiedBatch, nowMs: number): Verification | null | typeof ErrorCode.KAFKA_STORAGE_ERROR {
    try {
      return this.log.verify(batch, nowMs)
    } catch (error) {
      this.#replica.disk.failed(error)
      return ErrorCode.KAFKA_STORAGE_ERROR
    }
  }

  /** A read of the log failed. */
  readFailed(error: unknown): void {
    this.#replica.disk.failed(error)
  }

  #newRole(state: PartitionState): Leader | Follower {
    if (state.leader === this.#replica.context.brokerId) return new Leader(this.#replica, state)
    return new Follower(this.#replica, state, this.#fetchers)
  }
}

/** Every change of a partition has an epoch of its own. */
function isSameState(one: PartitionState, other: PartitionState): boolean {
  return one.partitionEpoch === other.partitionEpoch && one.leaderEpoch === other.leaderEpoch
}
