import { assert } from '@sluice/effects'
import { ErrorCode, type Int64, zeroUuid } from '@sluice/wire'
import {
  acceptedAppend,
  allReplicas,
  type AppendOutcome,
  type AppendRequest,
  refusedAppend,
} from './append.ts'
import { commonEnd, countedReplicas, isUnderMinIsr, type LeaderView, wantedIsr } from './isr.ts'
import { type CommitWaiter, Purgatory } from './purgatory.ts'
import { ReplicaProgress } from './replica-progress.ts'
import type { FollowerFetch, PartitionState, Replica, StagedLeader } from './replica.ts'
import { bytesOf } from './traffic.ts'
import { type Placed, type Staged, Staging, type StagingHome } from './staging.ts'

/**
 * What a broker does for a partition while it leads it: takes appends, knows how far each replica has come, and
 * advances the high watermark, which never falls meanwhile.
 */
export class Leader implements StagingHome, StagedLeader {
  readonly #replica: Replica
  readonly #staging: Staging
  readonly #purgatory: Purgatory
  #state: PartitionState
  #epochStartOffset = 0
  /** All replicas, in the order of the state. */
  #progress: readonly ReplicaProgress[] = []
  #own: ReplicaProgress
  /** Of these, the ones that the high watermark waits for; this broker's own is always among them. */
  #counted: readonly ReplicaProgress[] = []
  /** Whether `commitStaged` is going to be called. Someone else may commit before that. */
  #isAwaited = false
  /** Deletions of records that wait until no replica holds them any more. */
  #deletions: Purgatory | null = null
  /** The ISR that the controller is asked for; one change at a time. Null while the state's own is right. */
  #proposedIsr: readonly number[] | null = null

  constructor(replica: Replica, state: PartitionState) {
    const { clock, brokerId } = replica.context
    this.#replica = replica
    this.#state = state
    this.#staging = new Staging(replica, this)
    this.#purgatory = new Purgatory(clock, ErrorCode.REQUEST_TIMED_OUT)
    this.#own = new ReplicaProgress(brokerId, true, clock.now())
    this.#beginEpoch()
    this.#replicasChanged()
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch
  }

  /** A new state from the metadata log, under which this broker still leads. */
  update(state: PartitionState): void {
    this.commit()
    const { leaderEpoch, isr } = this.#state
    this.#state = state
    for (const progress of this.#progress)
      if (isr.includes(progress.brokerId) && !state.isr.includes(progress.brokerId)) progress.putOut()
    // Whether it is what was proposed or something else, this is the ISR by now.
    this.#proposedIsr = null
    if (state.leaderEpoch !== leaderEpoch) this.#beginEpoch()
    this.#replicasChanged()
  }

  /** Stages the records; the sink hears of the outcome, at once for a refusal, else after `commit`. */
  append(request: AppendRequest): void {
    if (this.#staging.hold(request)) return
    const error = this.#refusal(request)
    if (error === ErrorCode.NONE) this.#staging.add(request)
    else request.sink.appended(request.index, this.#refused(error))
  }

  /** Too few in sync are a matter of the log, which then says where it starts, as on Apache Kafka. */
  #refused(error: ErrorCode): AppendOutcome {
    const refused = refusedAppend(error)
    if (error !== ErrorCode.NOT_ENOUGH_REPLICAS) return refused
    return { ...refused, logStartOffset: this.#replica.log.logStartOffset }
  }

  stagedFirst(): void {
    if (this.#isAwaited) return
    this.#isAwaited = true
    this.#replica.context.stagedFirst(this)
  }

  commitStaged(): void {
    this.#isAwaited = false
    this.commit()
  }

  /** Writes what is staged with one call and tells the sinks. The disk's failure becomes error 56. */
  commit(): void {
    const written = this.#staging.write()
    if (written.length === 0) return
    const { log, waiters } = this.#replica
    const { logEndOffset } = log
    this.#own.reached(logEndOffset, logEndOffset, (written[0] as Staged).request.nowMs)
    waiters.wake('appended')
    this.#advanceHighWatermark()
    const { traffic } = this.#replica
    for (const { request, result } of written) {
      traffic.bytesIn += request.records.length
      traffic.messagesIn += result.lastOffset - result.baseOffset + 1
      this.written(request, result)
    }
  }

  /** Hands what is written on to those that live in this process; they count at once. */
  wrote(batches: readonly Buffer[]): void {
    const { log, context, traffic } = this.#replica
    for (const progress of this.#progress) {
      if (!progress.feed) continue
      if (progress.feed.append(batches)) {
        traffic.replicationBytesOut += bytesOf(batches)
        progress.reached(log.logEndOffset, log.logEndOffset, context.clock.now())
      } else progress.feed = null
    }
  }

  written(request: AppendRequest, { baseOffset, lastOffset, logAppendTimeMs }: Placed): void {
    const { log } = this.#replica
    const { sink, index } = request
    const outcome = acceptedAppend(baseOffset, logAppendTimeMs, log.logStartOffset)
    if (request.acks !== allReplicas) {
      sink.appended(index, outcome)
      return
    }
    if (log.highWatermark > lastOffset) {
      // A retry of what was committed long ago, and whose repetition would not be: fewer are in sync by now.
      const error = ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND
      sink.appended(index, this.isUnderMinIsr ? { ...outcome, error } : outcome)
      return
    }
    this.#purgatory.wait(lastOffset + 1, request.timeoutMs, {
      committed: () => sink.appended(index, outcome),
      // It stands in the log, where it may yet be committed: the answer says at which offset.
      failed: (error) => sink.appended(index, { ...outcome, error }),
    })
  }

  /** Whether a broker may fetch as a follower, and has been heard of under no later epoch. */
  checkFollower({ brokerId, brokerEpoch }: FollowerFetch, currentLeaderEpoch: number): ErrorCode {
    const { brokerId: me } = this.#replica.context
    if (brokerId === me || !this.#state.replicas.includes(brokerId))
      // Whoever knows the epoch knows of a change that has not come here yet, and should try again.
      return currentLeaderEpoch >= 0 ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER
    const aliveEpoch = this.#replica.context.brokers.aliveEpoch(brokerId)
    const isStale = brokerEpoch !== -1 && aliveEpoch !== undefined && aliveEpoch > brokerEpoch
    return isStale ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE
  }

  /**
   * A follower that may fetch has come so far; its offset lies within this log. True: from now on it is fed, and need
   * not wait for an answer.
   */
  followerFetched(fetch: FollowerFetch): boolean {
    const { log, context } = this.#replica
    const progress = this.#progress.find(({ brokerId }) => brokerId === fetch.brokerId)
    assert(progress, 'a follower is one of the replicas')
    // Whoever fetches is not fed, or not any more: another incarnation may have taken its place.
    this.#unfeed(progress)
    const { endOffset, isKnown } = progress
    progress.heard(fetch)
    progress.reached(fetch.fetchOffset, log.logEndOffset, context.clock.now())
    if (!isKnown || !this.#state.isr.includes(fetch.brokerId)) this.reviewIsr()
    else if (endOffset !== fetch.fetchOffset) this.#advanceHighWatermark()
    this.#deletions?.advance(this.lowWatermark)
    if (!this.#mayFeed(progress)) return false
    const { topic, index } = this.#replica
    progress.feed = context.openFeed(fetch.brokerId, {
      topic,
      topicId: log.topicId ?? zeroUuid,
      index,
      leaderEpoch: this.leaderEpoch,
      endOffset: log.logEndOffset,
    })
    this.#tellFeeds()
    return progress.feed !== null
  }

  /** Right after an election: what is committed is not known up to where this epoch began (KIP-207). */
  get isCommitLagging(): boolean {
    return this.#epochStartOffset > this.#replica.log.highWatermark
  }

  /**
   * The in-sync follower in a rack that has come farthest, and has what stands at `offset` (KIP-392); null where none
   * does, or this leader stands in the rack itself.
   */
  readReplicaIn(rack: string, offset: number): number | null {
    const { brokers } = this.#replica.context
    if (brokers.aliveRack(this.#own.brokerId) === rack) return null
    let best: ReplicaProgress | null = null
    for (const progress of this.#progress) {
      const { brokerId, logStartOffset, endOffset } = progress
      if (!this.#state.isr.includes(brokerId) || brokers.aliveRack(brokerId) !== rack) continue
      if (offset < logStartOffset || offset > endOffset) continue
      if (!best || endOffset > best.endOffset) best = progress
    }
    return best && best.brokerId
  }

  /** Time has gone by, or a replica has come further: who is in sync, and whom does the high watermark wait for? */
  reviewIsr(): void {
    if (!this.#proposedIsr) {
      const wanted = wantedIsr(this.#view())
      if (!sameMembers(wanted, this.#state.isr)) this.#propose(wanted)
    }
    this.#counted = countedReplicas(this.#view())
    assert(this.#counted.includes(this.#own), 'a leader is in sync with itself')
    this.#advanceHighWatermark()
  }

  /** Who follows a throttled leader fetches, so that what it takes can be withheld. */
  reviewThrottle(): void {
    if (this.#isThrottled) for (const progress of this.#progress) this.#unfeed(progress)
  }

  get #isThrottled(): boolean {
    const { topic, index, context } = this.#replica
    return context.quotas.leader.isThrottled(topic, index)
  }

  /** Where the log begins on all replicas that are alive. */
  get lowWatermark(): number {
    const { log, context } = this.#replica
    let low = log.logStartOffset
    for (const progress of this.#progress)
      if (progress !== this.#own && context.brokers.aliveEpoch(progress.brokerId) !== undefined)
        low = Math.min(low, progress.logStartOffset)
    return low
  }

  /** Calls back when no replica that is alive holds a record below `offset`. */
  awaitDeletion(offset: number, timeoutMs: number, waiter: CommitWaiter): void {
    this.#tellFeeds()
    if (this.lowWatermark >= offset) {
      waiter.committed()
      return
    }
    this.#deletions ??= new Purgatory(this.#replica.context.clock, ErrorCode.REQUEST_TIMED_OUT)
    this.#deletions.wait(offset, timeoutMs, waiter)
  }

  /** Waits until all that stands in the log now is committed, however long that takes. */
  awaitCommit(waiter: CommitWaiter): void {
    const { logEndOffset, highWatermark } = this.#replica.log
    if (highWatermark >= logEndOffset) waiter.committed()
    else this.#purgatory.wait(logEndOffset, Infinity, waiter)
  }

  /** This broker leads no more, or the partition leaves it: everything that waits is answered with `error`. */
  resign(error: ErrorCode): void {
    this.commit()
    this.#staging.close(error)
    // What the controller answers now is nothing to this leader.
    this.#proposedIsr = null
    this.#purgatory.failAll(error)
    this.#deletions?.failAll(error)
    for (const progress of this.#progress) this.#unfeed(progress)
  }

  /** Who is outside the ISR fetches: each of its requests is a reason to look whether it may enter. */
  #mayFeed({ brokerId, endOffset }: ReplicaProgress): boolean {
    const isLevel = endOffset === this.#replica.log.logEndOffset
    return isLevel && this.#state.isr.includes(brokerId) && !this.#isThrottled
  }

  #unfeed(progress: ReplicaProgress): void {
    progress.feed?.end()
    progress.feed = null
  }

  #tellFeeds(): void {
    const { highWatermark, logStartOffset } = this.#replica.log
    for (const progress of this.#progress) {
      if (!progress.feed) continue
      if (progress.feed.follow(highWatermark, logStartOffset)) progress.startsAt(logStartOffset)
      else progress.feed = null
    }
  }

  #propose(isr: readonly number[]): void {
    const { topic, index, log, context } = this.#replica
    const { leaderEpoch, partitionEpoch } = this.#state
    this.#proposedIsr = isr
    context.alterIsr({
      topic,
      topicId: log.topicId ?? zeroUuid,
      index,
      leaderEpoch,
      partitionEpoch,
      isr: isr.map((brokerId) => ({ brokerId, brokerEpoch: this.#brokerEpoch(brokerId) })),
      refused: () => {
        if (this.#proposedIsr !== isr) return
        this.#proposedIsr = null
        this.#counted = countedReplicas(this.#view())
        this.#advanceHighWatermark()
      },
    })
  }

  /** What the leader knows of itself, and a follower has said of itself. */
  #brokerEpoch(brokerId: number): Int64 {
    const { context } = this.#replica
    if (brokerId === context.brokerId) return context.brokers.aliveEpoch(brokerId) ?? -1
    return this.#progress.find((progress) => progress.brokerId === brokerId)?.brokerEpoch ?? -1
  }

  #beginEpoch(): void {
    const { log, disk } = this.#replica
    for (const progress of this.#progress) this.#unfeed(progress)
    this.#epochStartOffset = log.logEndOffset
    this.#progress = []
    try {
      log.leaderEpochs.assign(this.leaderEpoch, log.logEndOffset)
    } catch (error) {
      // The epoch is known in memory, and written with the next flush; the batches carry it too.
      disk.failed(error)
    }
  }

  #replicasChanged(): void {
    const { log, context } = this.#replica
    const { replicas, isr } = this.#state
    const nowMs = context.clock.now()
    const known = new Map(this.#progress.map((progress) => [progress.brokerId, progress]))
    this.#progress = replicas.map((id) => known.get(id) ?? new ReplicaProgress(id, isr.includes(id), nowMs))
    for (const progress of known.values()) if (!isr.includes(progress.brokerId)) this.#unfeed(progress)
    const own = this.#progress.find(({ brokerId }) => brokerId === context.brokerId)
    assert(own && isr.includes(own.brokerId), 'the leader is one of the replicas, and in sync')
    this.#own = own
    own.reached(log.logEndOffset, log.logEndOffset, nowMs)
    this.reviewIsr()
  }

  #refusal({ acks }: AppendRequest): ErrorCode {
    if (this.#replica.disk.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR
    return acks === allReplicas && this.isUnderMinIsr ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE
  }

  get isUnderMinIsr(): boolean {
    const { isr, replicas } = this.#state
    // The usual case does not ask for the configuration: this runs for every append.
    if (isr.length === replicas.length) return false
    const { topic, context } = this.#replica
    return isUnderMinIsr(isr.length, replicas.length, context.minInSyncReplicas(topic))
  }

  #advanceHighWatermark(): void {
    if (this.isUnderMinIsr) return
    const { log, waiters } = this.#replica
    if (!log.advanceHighWatermark(commonEnd(this.#counted))) return
    if (this.#purgatory.size > 0) this.#purgatory.advance(log.highWatermark)
    waiters.wake('committed')
    this.#tellFeeds()
  }

  #view(): LeaderView {
    const { log, context } = this.#replica
    return {
      replicas: this.#progress,
      isr: this.#state.isr,
      proposedIsr: this.#proposedIsr,
      logStartOffset: log.logStartOffset,
      logEndOffset: log.logEndOffset,
      highWatermark: log.highWatermark,
      epochStartOffset: this.#epochStartOffset,
      nowMs: context.clock.now(),
      lagMaxMs: context.lagMaxMs,
      isEligible: (replica) => this.#isEligible(replica),
    }
  }

  /** Alive, not on its way out, and the incarnation that was heard of. */
  #isEligible({ brokerId, brokerEpoch }: ReplicaProgress): boolean {
    const { brokers } = this.#replica.context
    return brokers.isActive(brokerId) && (brokerEpoch === -1 || brokerEpoch === brokers.aliveEpoch(brokerId))
  }
}

function sameMembers(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id))
}
