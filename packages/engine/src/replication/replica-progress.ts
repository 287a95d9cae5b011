import { assert } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import type { ReplicaFeed } from './replica-feed.ts'

/** Of a follower that has not been heard of in this leader epoch, or, where its log starts, does not say it (Fetch below 5). */
const unknownOffset = -1

/** Of followers whose requests do not say it, as before version 15 of Fetch. */
const noEpoch = -1

/** How far one replica has come, as its leader knows it within one leader epoch. The leader is a replica, too. */
export class ReplicaProgress {
  readonly brokerId: number
  /** While its leader feeds it, and it does not fetch. */
  feed: ReplicaFeed | null = null
  /**
   * The replica holds every record below. Never above the leader's end at that time; may fall, since a follower that
   * was restarted may have lost what its disk had not.
   */
  #endOffset = unknownOffset
  #logStartOffset = unknownOffset
  #brokerEpoch: Int64 = noEpoch
  /** When it last held all that the leader had, ms; never falls. What came since does not count against it at once. */
  #caughtUpAtMs: number
  /** It has been put out of the ISR, and has not fetched since: what it had then is no reason to let it in again. */
  #isPutOut = false
  /** The leader's end at the last report, and when that was: a replica that gets there was caught up at that time. */
  #leaderEndOffset = 0
  #reportedAtMs = -Infinity

  /** `inSync`: a new leader gives the replicas of the ISR time to be heard of, and no others. */
  constructor(brokerId: number, inSync: boolean, nowMs: number) {
    this.brokerId = brokerId
    this.#caughtUpAtMs = inSync ? nowMs : -Infinity
  }

  /** Whether the replica has been heard of in this leader epoch. */
  get isKnown(): boolean {
    return this.#endOffset !== unknownOffset
  }

  get endOffset(): number {
    return this.#endOffset
  }

  /** The replica holds no record below. */
  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** By its own word. */
  holdsBelow(offset: number): boolean {
    return this.#logStartOffset !== unknownOffset && this.#logStartOffset < offset
  }

  /** Of the incarnation that was heard of last; −1 where it did not say. */
  get brokerEpoch(): Int64 {
    return this.#brokerEpoch
  }

  get isPutOut(): boolean {
    return this.#isPutOut
  }

  putOut(): void {
    this.#isPutOut = true
  }

  startsAt(logStartOffset: number): void {
    this.#logStartOffset = logStartOffset
  }

  /** What a follower has said of itself, beside how far it has come. */
  heard({ logStartOffset, brokerEpoch }: { logStartOffset: number; brokerEpoch: Int64 }): void {
    this.#logStartOffset = logStartOffset
    this.#brokerEpoch = brokerEpoch
    this.#isPutOut = false
  }

  /** The replica has come to `endOffset`, and its leader to `leaderEndOffset`. */
  reached(endOffset: number, leaderEndOffset: number, nowMs: number): void {
    assert(endOffset <= leaderEndOffset, 'no replica is ahead of its leader')
    if (endOffset === leaderEndOffset) this.#caughtUpAt(nowMs)
    else if (endOffset >= this.#leaderEndOffset) this.#caughtUpAt(this.#reportedAtMs)
    this.#endOffset = endOffset
    this.#leaderEndOffset = leaderEndOffset
    this.#reportedAtMs = nowMs
  }

  /** Has it all that the leader has, or had it all not longer ago than `lagMaxMs`? */
  isCaughtUp(leaderEndOffset: number, nowMs: number, lagMaxMs: number): boolean {
    return this.#endOffset === leaderEndOffset || nowMs - this.#caughtUpAtMs <= lagMaxMs
  }

  #caughtUpAt(ms: number): void {
    if (ms > this.#caughtUpAtMs) this.#caughtUpAtMs = ms
  }
}
