import { thrownMidway } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import type { Log } from '../storage/log.ts'
import type { FeedOffer, ReplicaFeed } from './replica-feed.ts'
import type { PartitionState, Replica } from './replica.ts'
import { bytesOf } from './traffic.ts'

/** From where on a follower asks for records, and what its leader must know to judge that (KIP-320, KIP-595). */
export interface FetchPosition {
  /** One after the last record. */
  readonly fetchOffset: number
  /** Of that record; −1 where nobody knows. */
  readonly lastFetchedEpoch: number
  readonly logStartOffset: number
  readonly currentLeaderEpoch: number
}

/** What a leader has sent. */
interface LeaderData {
  /** Whole batches from the follower's end on, or nothing. */
  readonly records: Buffer | null
  readonly highWatermark: number
  readonly logStartOffset: number
}

/** Where the logs of leader and follower part, as the leader says it: its records of this epoch end there. */
interface EpochEnd {
  readonly epoch: number
  readonly endOffset: number
}

/** Who fetches for followers that are not fed. */
interface Fetchers {
  follow(follower: Follower): void
  unfollow(follower: Follower): void
}

/**
 * What a broker does for a partition that another one leads: its records come from there, and from nobody else. There is
 * one of these for each leader epoch, until `close`. It is fetched for, or, where its leader lives in this process and it
 * stands where the leader stands, fed.
 */
export class Follower implements ReplicaFeed {
  readonly topic: string
  readonly index: number
  readonly leader: number
  readonly leaderEpoch: number
  readonly #replica: Replica
  readonly #fetchers: Fetchers
  #source: 'fetched' | 'fed' | 'ended' = 'fetched'
  /** It has had all that was committed; not known before the leader's first answer. */
  #isLevel: boolean | null = null

  constructor(replica: Replica, { leader, leaderEpoch }: PartitionState, fetchers: Fetchers) {
    this.topic = replica.topic
    this.index = replica.index
    this.leader = leader
    this.leaderEpoch = leaderEpoch
    this.#replica = replica
    this.#fetchers = fetchers
    const { log } = replica
    // Without epochs only what is committed is known to be the same everywhere.
    if (log.leaderEpochs.latestEpoch === null) this.#change(() => log.truncateTo(log.highWatermark))
    fetchers.follow(this)
  }

  /** This broker leads, or follows another leader, or holds the partition no more. */
  close(): void {
    if (this.#source === 'fetched') this.#fetchers.unfollow(this)
    this.#source = 'ended'
  }

  /** The leader lives in this process and would feed this follower; false where they do not stand together. */
  openFeed({ leaderEpoch, endOffset }: FeedOffer): boolean {
    const { log, disk, context } = this.#replica
    if (this.#source !== 'fetched' || disk.isOffline || this.#isThrottled) return false
    if (context.nodeDisk.isGivenUp) return false
    if (leaderEpoch !== this.leaderEpoch || endOffset !== log.logEndOffset) return false
    this.#fetchers.unfollow(this)
    this.#source = 'fed'
    return true
  }

  /** Throttled replicas are not fed, so that they can be held back. */
  reviewThrottle(): void {
    if (this.#isThrottled) this.end()
  }

  /**
   * Not to be fetched for at the moment: out of sync, and this broker takes too much; or its disk takes nothing. Where
   * there is nothing to take it would be in sync all the same, and lead, and could not do that either.
   */
  get isHeldBack(): boolean {
    const { nodeDisk, quotas } = this.#replica.context
    if (nodeDisk.isGivenUp) return true
    return !this.#isLevel && this.#isThrottled && quotas.follower.isExceeded
  }

  get #isThrottled(): boolean {
    return this.#replica.context.quotas.follower.isThrottled(this.topic, this.index)
  }

  get topicId(): string {
    return this.#replica.log.topicId ?? ''
  }

  get position(): FetchPosition {
    const { log } = this.#replica
    return {
      fetchOffset: log.logEndOffset,
      lastFetchedEpoch: log.leaderEpochs.latestEpoch ?? -1,
      logStartOffset: log.logStartOffset,
      currentLeaderEpoch: this.leaderEpoch,
    }
  }

  append(batches: readonly Buffer[]): boolean {
    if (this.#source !== 'fed') return false
    const { log, traffic } = this.#replica
    if (this.#change(() => log.appendJudged(batches)) === true) {
      traffic.replicationBytesIn += bytesOf(batches)
      return true
    }
    this.end()
    return false
  }

  end(): void {
    if (this.#source !== 'fed') return
    this.#source = 'fetched'
    this.#fetchers.follow(this)
  }

  /** Appends what the leader has sent; false where that does not go, and is to be tried again later. */
  take({ records, highWatermark, logStartOffset }: LeaderData): boolean {
    const { log, context } = this.#replica
    if (records && records.length > 0) {
      const appended = this.#change(() => {
        this.#beginWithin(records)
        return log.appendAsFollower(records)
      })
      if (!appended) return false
      if (appended.kind === 'rejected') {
        const { error, message } = appended
        context.logger.error('a leader has sent what cannot be appended', {
          ...log.topicPartition,
          leader: this.leader,
          error,
          message,
        })
        return false
      }
      this.#replica.traffic.replicationBytesIn += records.length
      // Also what those take that are in sync counts: it is the whole of it that is to be bounded.
      if (this.#isThrottled) context.quotas.follower.record(records.length)
      this.#isLevel = null
    }
    this.#isLevel ??= highWatermark <= log.logEndOffset
    return this.#follow(highWatermark, logStartOffset)
  }

  follow(highWatermark: number, logStartOffset: number): boolean {
    if (this.#source !== 'fed') return false
    if (this.#follow(highWatermark, logStartOffset)) return true
    this.end()
    return false
  }

  #follow(highWatermark: number, logStartOffset: number): boolean {
    const { log, waiters } = this.#replica
    if (log.advanceHighWatermark(highWatermark)) waiters.wake('committed')
    const start = Math.min(logStartOffset, log.highWatermark)
    if (start <= log.logStartOffset) return true
    return this.#change(() => log.deleteRecordsBefore(start)) !== null
  }

  /** The leader's log has gone another way than this one: what differs goes, or what can be told of it. */
  truncate(diverging: EpochEnd): boolean {
    const { log, context } = this.#replica
    const offset = agreedEnd(log, diverging)
    const { logEndOffset, highWatermark } = log
    const facts = { ...log.topicPartition, logEndOffset, offset, leader: this.leader, epoch: diverging.epoch }
    if (offset < highWatermark) context.logger.warn('a follower loses committed records', facts)
    // After a clean restart an epoch goes that has no record: nobody has to hear of it.
    else if (offset < logEndOffset)
      context.logger.info('a follower drops records that its leader does not have', facts)
    return this.#change(() => log.truncateTo(offset)) !== null
  }

  /**
   * The leader has records from `start` to `end`, and none where this log ends. Where all of them are before this one's start
   * it begins anew: it would lack them, and pass for one that has everything.
   */
  enterRange(start: number, end: number): boolean {
    const { log, context } = this.#replica
    const { logStartOffset, logEndOffset } = log
    const facts = { ...log.topicPartition, logEndOffset, start, end, leader: this.leader }
    context.logger.warn('a follower ends outside the log of its leader', facts)
    if (end < logStartOffset || start > logEndOffset)
      return this.#change(() => log.truncateFullyAndStartAt(start)) !== null
    return end >= logEndOffset || this.#change(() => log.truncateTo(end)) !== null
  }

  /**
   * A leader's log may begin inside a batch, after DeleteRecords, and a follower's end there. The whole batch comes then,
   * and takes the place of what there is of it.
   */
  #beginWithin(records: Buffer): void {
    const { log } = this.#replica
    if (RecordBatch.frameAt(records, 0, records.length) <= 0) return
    const baseOffset = RecordBatch.baseOffset(records, 0)
    const holdsEnd = baseOffset < log.logEndOffset && RecordBatch.lastOffset(records, 0) >= log.logEndOffset
    if (!holdsEnd || hasRecordAt(log, log.logEndOffset - 1)) return
    if (baseOffset <= log.logStartOffset) log.truncateFullyAndStartAt(baseOffset)
    else log.truncateTo(baseOffset)
  }

  /** Null after the disk's failure. */
  #change<Result>(work: () => Result): Result | null {
    const { disk } = this.#replica
    if (disk.isOffline) return null
    try {
      const result = work()
      disk.worked()
      return result
    } catch (error) {
      disk.failed(thrownMidway(error))
      return null
    }
  }
}

function hasRecordAt(log: Log, offset: number): boolean {
  const slice = log.read(offset, 1, log.logEndOffset, true)
  slice?.release()
  return slice !== null
}

/**
 * Where a log ends that agrees with its leader's, as far as the leader's word tells. Of an epoch that is not known here
 * it tells little: then the next fetch, from the end of the one before, brings another word.
 */
function agreedEnd(
  { leaderEpochs, logEndOffset }: Pick<Log, 'leaderEpochs' | 'logEndOffset'>,
  { epoch, endOffset }: EpochEnd,
): number {
  const own = leaderEpochs.endOffsetFor(epoch)
  if (own.epoch < 0) return Math.min(endOffset, logEndOffset)
  if (own.epoch !== epoch) return Math.min(own.endOffset, logEndOffset)
  return Math.min(own.endOffset, endOffset, logEndOffset)
}
