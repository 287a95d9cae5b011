import {
  encodeFetchResponseInSteps,
  ErrorCode,
  Fetch,
  fetchByIdVersionMin,
  type RequestOf,
} from '@sluice/wire'
import type { Timer } from '@sluice/effects'
import { clusterResource } from '../authorizer/permissions.ts'
import type { PartitionBytes } from '../quotas/cluster-quotas.ts'
import type { Partition } from '../replication/partition.ts'
import type { FollowerFetch } from '../replication/replica.ts'
import type { Traffic } from '../replication/traffic.ts'
import type { FetchWaiter } from '../replication/waiters.ts'
import { atOnce, type Steps } from '../storage/slices.ts'
import { endRequest } from '../server/failed-request.ts'
import type { FetchPartition, FetchScope } from './fetch-sessions.ts'
import {
  divergence,
  failed,
  type Fetched,
  hasNews,
  holdsDeleted,
  missing,
  type Moment,
  noReplica,
  readRecords,
  releaseAll,
} from './fetched.ts'
import type { RequestContext } from './handler.ts'
import { LeaderHints } from './leader-hints.ts'
import type { ParkedFetch } from './parked-fetches.ts'
import type { Reply, ResponsePart } from '../server/reply.ts'

const leaderHintVersionMin = 16
/** From this version on readers may be sent to followers, and may come to them (KIP-392). */
const anyReplicaVersionMin = 11
const rackAwareSelector = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'
/**
 * A follower that knows an older high watermark or log start than its leader's waits so long for records to come along
 * with the news. At once would be an exchange more for each commit, while the next records wait for the follower.
 */
const newsWaitMs = 10
const readCommitted = 1

/** So many partitions are read at once: real clients wait for no turn. */
export const partitionsAtOnceMax = 200

/** What only this request's client waits for, in slices. */
export function inLane<T>(
  steps: Steps<T>,
  done: (value: T) => void,
  request: RequestOf<typeof Fetch>,
  context: RequestContext,
  reply: Reply,
): void {
  context.broker.lane.run({
    steps: context.during(steps),
    done,
    isWanted: () => !context.connection.closed,
    failed: (error) => endRequest(Fetch, request, context, reply, error),
  })
}

/**
 * One Fetch request on its way.
 *
 * 1. All its partitions are read. That is the answer if it is enough, if anything is wrong, or if there is no time to
 *    wait; else the ranges that were read are let go of.
 * 2. The job waits in each partition. Whenever records become readable in one, all are read again.
 * 3. It ends with enough, with its time, with its connection, or when too much waits in this broker.
 */
export class FetchJob implements FetchWaiter, ParkedFetch {
  readonly #request: RequestOf<typeof Fetch>
  /** Null for a consumer. */
  readonly #follower: Pick<FollowerFetch, 'brokerId' | 'brokerEpoch'> | null
  readonly #scope: FetchScope
  readonly #context: RequestContext
  readonly #reply: Reply
  readonly #wanted: FetchPartition[]
  /** More than this its consumer's quota never lets it have at once. */
  readonly #bytesMax: number
  #watched: Partition[] = []
  /** From now on a partition's leader feeds the follower, who is to know that it need not fetch. */
  #isFed = false
  /** Something has arrived: it looks at the end of the socket read. */
  #willLook = false
  #isWaiting = false
  #isLooking = false
  /** Something has arrived while it was looking. */
  #mustLookAgain = false
  #isTimeUp = false
  #timer: Timer | null = null
  #unhook: (() => void) | null = null

  constructor(request: RequestOf<typeof Fetch>, scope: FetchScope, context: RequestContext, reply: Reply) {
    this.#request = request
    this.#follower = followerOf(request)
    this.#scope = scope
    this.#context = context
    this.#reply = reply
    this.#wanted = [...scope.partitions]
    if (this.#follower) reply.countsAs(context.broker.requests.followerFetches)
    const quota = context.broker.clientQuotas.fetch
    const isHeld = quota.isSet && this.#follower === null
    this.#bytesMax = isHeld
      ? Math.min(request.maxBytes, quota.mostAtOnce(context.quotaClient))
      : request.maxBytes
  }

  start(): void {
    this.#look('arrival')
    // What arrives while many are looked at in steps must not be missed.
    if (this.#isLooking) this.#wait()
  }

  /** One read may bring records for many of its partitions: they leave with one answer. */
  dataArrived(): void {
    if (this.#willLook) return
    this.#willLook = true
    this.#context.broker.endOfRead.run(() => {
      this.#willLook = false
      if (this.#isWaiting) this.#look('later')
    })
  }

  endWait(): void {
    this.#isTimeUp = true
    this.#look('later')
  }

  get #isSmall(): boolean {
    return this.#wanted.length <= partitionsAtOnceMax
  }

  /** Reads all partitions and sees whether that is the answer. Many are read in steps, one time after the other. */
  #look(moment: Moment): void {
    if (this.#isSmall) {
      this.#looked(moment, atOnce(this.#context.during(this.#read(moment))))
      return
    }
    this.#mustLookAgain = this.#isLooking
    if (this.#isLooking) return
    this.#isLooking = true
    const looked = (fetched: Fetched[]) => {
      this.#isLooking = false
      this.#looked(moment, fetched)
    }
    inLane(this.#read(moment), looked, this.#request, this.#context, this.#reply)
  }

  #looked(moment: Moment, fetched: Fetched[]): void {
    const hasTime = this.#request.maxWaitMs > 0 && this.#wanted.length > 0 && !this.#isTimeUp
    if ((moment === 'arrival' && !hasTime) || this.#isTimeUp || this.#enough(fetched)) {
      this.#stopWaiting()
      this.#answer(fetched)
      return
    }
    releaseAll(fetched)
    const isBehind = moment === 'arrival' && fetched.some((partition) => this.#isFollowerBehind(partition))
    if (!this.#isWaiting) this.#wait()
    // The wait may be over before it has begun.
    if (!this.#isWaiting) return
    if (moment === 'arrival') this.#waitAtMost(isBehind ? newsWaitMs : Infinity)
    if (this.#mustLookAgain) this.#look('later')
  }

  #wait(): void {
    this.#isWaiting = true
    const { broker, connection } = this.#context
    const level = this.#follower ? 'appended' : 'committed'
    for (const wanted of this.#wanted) {
      const partition = this.#partition(wanted)
      if (typeof partition === 'number') continue
      partition.awaitData(this, level)
      this.#watched.push(partition)
    }
    this.#unhook = connection.onCloseOnce(() => this.#stopWaiting())
    if (this.#follower) broker.followerFetches.enter(this)
    broker.parkedFetches.enter(this, this.#wanted.length)
  }

  #waitAtMost(mostMs: number): void {
    const { clock, followerFetches } = this.#context.broker
    const newsMs = this.#follower ? followerFetches.waitMaxMs : Infinity
    const waitMs = Math.min(mostMs, newsMs, this.#request.maxWaitMs)
    this.#timer?.cancel()
    this.#timer = clock.schedule(waitMs, () => this.endWait())
  }

  hurry(waitMs: number): void {
    this.#waitAtMost(waitMs)
  }

  #stopWaiting(): void {
    this.#isWaiting = false
    this.#context.broker.parkedFetches.leave(this)
    this.#context.broker.followerFetches.leave(this)
    this.#timer?.cancel()
    this.#unhook?.()
    for (const partition of this.#watched) partition.forget(this)
    this.#watched = []
  }

  #enough(fetched: readonly Fetched[]): boolean {
    if (this.#isFed) return true
    let bytes = 0
    for (const partition of fetched) {
      if (partition.error !== ErrorCode.NONE || partition.divergingEpoch) return true
      if (partition.preferredReadReplica !== noReplica) return true
      bytes += partition.records?.length ?? 0
    }
    return bytes >= Math.min(this.#request.minBytes, this.#bytesMax)
  }

  /**
   * Followers serve what is committed, and lead from there on: they hear of the high watermark soon. Who has records that
   * are deleted is not in sync before it knows.
   */
  #isFollowerBehind(fetched: Fetched): boolean {
    if (this.#follower === null) return false
    const { highWatermark, wanted } = fetched
    return holdsDeleted(fetched) || (this.#scope.incremental && highWatermark !== wanted.sentHighWatermark)
  }

  *#read(moment: Moment): Steps<Fetched[]> {
    const { config } = this.#context.broker
    let bytesLeft = Math.min(this.#bytesMax, config.int('fetch.max.bytes'))
    let mustReturnBatch = true
    const all: Fetched[] = []
    let isWhole = false
    try {
      for (const wanted of this.#wanted) {
        const fetched = this.#readPartition(wanted, bytesLeft, mustReturnBatch, moment)
        all.push(fetched)
        const bytes = fetched.records?.length ?? 0
        if (bytes > 0) mustReturnBatch = false
        bytesLeft = Math.max(0, bytesLeft - bytes)
        yield
      }
      isWhole = true
      return all
    } finally {
      // A bug, or the connection has closed meanwhile.
      if (!isWhole) releaseAll(all)
    }
  }

  #readPartition(
    wanted: FetchPartition,
    bytesLeft: number,
    mustReturnBatch: boolean,
    moment: Moment,
  ): Fetched {
    const partition = this.#partition(wanted)
    if (typeof partition === 'number') return missing(wanted, partition, moment)
    const follower = this.#follower && followerFetch(this.#follower, wanted)
    const refused = this.#refusal(wanted, partition, follower)
    if (refused !== ErrorCode.NONE) return failed(wanted, refused)
    const { log } = partition
    const divergingEpoch = divergence(wanted, partition)
    const { fetchOffset } = wanted
    const isBeyond = divergingEpoch === null && fetchOffset > log.logEndOffset
    if (divergingEpoch === 'unknown' || fetchOffset < log.logStartOffset || isBeyond)
      return failed(wanted, ErrorCode.OFFSET_OUT_OF_RANGE)
    if (follower && divergingEpoch === null && moment === 'arrival')
      this.#isFed = partition.followerFetched(follower) || this.#isFed
    const { highWatermark, lastStableOffset } = log
    const committed = this.#request.isolationLevel === readCommitted
    const fetched: Fetched = {
      wanted,
      error: ErrorCode.NONE,
      highWatermark,
      lastStableOffset,
      logStartOffset: log.logStartOffset,
      records: null,
      abortedTransactions: committed ? [] : null,
      divergingEpoch,
      currentLeader: null,
      preferredReadReplica: this.#readReplica(partition, Number(fetchOffset)),
      isThrottled: this.#isThrottled(partition),
      traffic: partition.traffic,
    }
    if (fetched.preferredReadReplica !== noReplica || this.#isWithheld(fetched, partition)) return fetched
    const readable = committed ? lastStableOffset : highWatermark
    const upTo = this.#follower ? log.logEndOffset : readable
    if (divergingEpoch !== null || fetchOffset >= upTo) return fetched
    return readRecords(fetched, partition, bytesLeft, upTo, mustReturnBatch)
  }

  #refusal(
    { currentLeaderEpoch }: FetchPartition,
    partition: Partition,
    follower: FollowerFetch | null,
  ): ErrorCode {
    if (!follower && this.#context.apiVersion >= anyReplicaVersionMin)
      return partition.checkReader(currentLeaderEpoch)
    const error = partition.check(currentLeaderEpoch)
    if (error !== ErrorCode.NONE || !follower) return error
    return partition.checkFollower(follower, currentLeaderEpoch)
  }

  #isThrottled({ topic, index }: Partition): boolean {
    return this.#follower !== null && this.#context.broker.quotas.leader.isThrottled(topic, index)
  }

  /** Those in sync are never held back: they would fall out (KIP-73). */
  #isWithheld({ isThrottled }: Fetched, { state }: Partition): boolean {
    if (!isThrottled || !this.#follower || state.isr.includes(this.#follower.brokerId)) return false
    return this.#context.broker.quotas.leader.isExceeded
  }

  /** A replica that stands nearer to a consumer, where the broker is configured to look for one. */
  #readReplica(partition: Partition, fetchOffset: number): number {
    const { rackId } = this.#request
    if (this.#follower || rackId === '') return noReplica
    if (this.#context.broker.config.value('replica.selector.class') !== rackAwareSelector) return noReplica
    return partition.readReplicaIn(rackId, fetchOffset) ?? noReplica
  }

  #partition(wanted: FetchPartition): Partition | ErrorCode {
    const name = this.#topicName(wanted)
    if (name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
    if (!this.#mayRead(name)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
    return this.#context.broker.partitions.find(name, wanted.partition)
  }

  #mayRead(topic: string): boolean {
    const { permissions } = this.#context.session
    return this.#follower
      ? permissions.allows('clusterAction', 'cluster', clusterResource)
      : permissions.allows('read', 'topic', topic)
  }

  /** Undefined for an id that no topic has. */
  #topicName({ topicKey }: FetchPartition): string | undefined {
    const { broker, apiVersion } = this.#context
    return apiVersion >= fetchByIdVersionMin ? broker.metadata.topicNameOf(topicKey) : topicKey
  }

  /** The field is there from version 12 on, and told from 16 on, where the leader's address comes along (KIP-951). */
  #currentLeader({ error, wanted }: Fetched, hints: LeaderHints): Fetched['currentLeader'] {
    const isTold = error === ErrorCode.NOT_LEADER_OR_FOLLOWER || error === ErrorCode.FENCED_LEADER_EPOCH
    if (!isTold || this.#context.apiVersion < leaderHintVersionMin) return null
    return hints.of(this.#topicName(wanted) ?? '', wanted.partition)
  }

  #answer(fetched: Fetched[]): void {
    const encoding = this.#isOverQuota(fetched)
      ? this.#withheld(fetched)
      : this.#encoded(this.#scope.incremental ? fetched.filter(hasNews) : fetched)
    if (!this.#isSmall) {
      inLane(encoding, (parts) => this.#reply.send(parts), this.#request, this.#context, this.#reply)
      return
    }
    try {
      this.#reply.send(atOnce(encoding))
    } catch (error) {
      endRequest(Fetch, this.#request, this.#context, this.#reply, error)
    }
  }

  /** Counts what the consumer is about to get. Over a quota it gets nothing, and has taken nothing. */
  #isOverQuota(fetched: readonly Fetched[]): boolean {
    if (this.#follower) return false
    const { broker, quotaClient } = this.#context
    const { fetch: quota, cluster } = broker.clientQuotas
    let bytes = 0
    if (quota.isSet) {
      for (const { records } of fetched) bytes += records?.length ?? 0
      this.#context.slowDown(quota.record(quotaClient, bytes))
    }
    const taken = cluster ? this.#taken(fetched) : []
    if (cluster) this.#context.slowDown(cluster.fetched(taken))
    if (this.#context.settle() === 0) return false
    if (bytes > 0) quota.takeBack(quotaClient, bytes)
    cluster?.notFetched(taken)
    return true
  }

  #taken(fetched: readonly Fetched[]): PartitionBytes[] {
    return fetched.flatMap(({ wanted, records }) =>
      records === null || records.length === 0
        ? []
        : [{ topic: this.#topicName(wanted) ?? '', index: wanted.partition, bytes: records.length }],
    )
  }

  /** An answer without anything. A session that would have begun with it does not. */
  *#withheld(fetched: readonly Fetched[]): Steps<ResponsePart[]> {
    releaseAll(fetched)
    const { apiVersion, correlationId, broker } = this.#context
    const { incremental, sessionId } = this.#scope
    if (!incremental) broker.fetchSessions.forget(sessionId)
    return yield* encodeFetchResponseInSteps({
      version: apiVersion,
      correlationId,
      throttleTimeMs: this.#context.settle(),
      sessionId: incremental ? sessionId : 0,
      partitions: [],
      nodeEndpoints: [],
    })
  }

  #count(bytes: number, traffic: Traffic | null): void {
    if (!traffic) return
    if (this.#follower) traffic.replicationBytesOut += bytes
    else traffic.bytesOut += bytes
  }

  *#encoded(shown: readonly Fetched[]): Steps<ResponsePart[]> {
    const { apiVersion, correlationId, broker, session } = this.#context
    const hints = new LeaderHints(broker.metadata, session)
    let isWhole = false
    try {
      for (const partition of shown) {
        partition.currentLeader = this.#currentLeader(partition, hints)
        partition.wanted.sentHighWatermark = partition.highWatermark
        partition.wanted.sentLogStartOffset = partition.logStartOffset
        if (!partition.records) continue
        this.#scope.served(partition.wanted)
        this.#count(partition.records.length, partition.traffic)
        if (partition.isThrottled) broker.quotas.leader.record(partition.records.length)
      }
      const parts = yield* encodeFetchResponseInSteps({
        version: apiVersion,
        correlationId,
        // What brokers fetch from each other has quotas of its own.
        throttleTimeMs: this.#follower ? 0 : this.#context.settle(),
        sessionId: this.#scope.sessionId,
        partitions: shown,
        // Brokers know each other.
        nodeEndpoints: this.#follower ? [] : hints.nodeEndpoints,
      })
      isWhole = true
      return parts
    } finally {
      if (!isWhole) releaseAll(shown)
    }
  }
}

/** The broker that fetches as a follower; null for a consumer. */
export function followerOf({ replicaId, replicaState }: RequestOf<typeof Fetch>) {
  // From version 15 on (KIP-903).
  if (replicaState.replicaId >= 0)
    return { brokerId: replicaState.replicaId, brokerEpoch: replicaState.replicaEpoch }
  return replicaId >= 0 ? { brokerId: replicaId, brokerEpoch: -1 } : null
}

/** Without a spread, which makes an object that nobody reads fast: each partition of each request has one. */
function followerFetch(
  { brokerId, brokerEpoch }: Pick<FollowerFetch, 'brokerId' | 'brokerEpoch'>,
  { fetchOffset, logStartOffset }: FetchPartition,
): FollowerFetch {
  return {
    brokerId,
    brokerEpoch,
    fetchOffset: Number(fetchOffset),
    logStartOffset: Number(logStartOffset),
  }
}
