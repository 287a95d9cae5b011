import type { Connection } from '@sluice/client'
import { AssertionFailure, type Clock, Deferred, type Logger } from '@sluice/effects'
import {
  type Api,
  ErrorCode,
  Fetch,
  type Input,
  type Int64,
  ListOffsets,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import type { FetchPosition, Follower } from './follower.ts'
import { ReplicaFetchSession } from './replica-fetch-session.ts'

type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]

const listOffsets = { latest: -1, earliest: -2 } as const
const readUncommitted = 0

/** What a fetcher has of its broker. */
export interface ReplicaFetcherOptions {
  readonly brokerId: number
  readonly brokerEpoch: () => Int64
  readonly clock: Clock
  readonly logger: Logger
  readonly config: { int(name: FetcherConfigName): number }
  /** To a broker's listener for brokers. */
  readonly connect: (brokerId: number) => Promise<Connection>
  /** Work that goes on by itself: its rejection is this broker's bug. */
  readonly watch: (work: Promise<unknown>) => void
}

type FetcherConfigName =
  | 'replica.fetch.max.bytes'
  | 'replica.fetch.wait.max.ms'
  | 'replica.fetch.min.bytes'
  | 'replica.fetch.response.max.bytes'
  | 'replica.fetch.backoff.ms'

interface Entry {
  readonly follower: Follower
  /** Monotonic: after an error the partition waits, and the others go on. */
  delayedUntilMs: number
  /** How often it has gone back since then, to where it agrees with its leader. */
  wentBack: { times: number; sinceMs: number }
}

/** So often at once: each time finds another epoch in which the two logs part. More is a quarrel without an end. */
const goingBackMax = 100

/**
 * Fetches for all followers of one leader, over one connection.
 *
 * 1. One request for all that do not wait; the leader answers when it has something, or after a while.
 * 2. Each follower takes its part: records, or the word that its log has gone another way, and is to be cut.
 * 3. What went wrong with one partition delays that one, and so does going back again and again; what went wrong with the
 *    connection delays all.
 *
 * A follower may be replaced while the leader is asked: an answer that fits none that is here, from where it was asked,
 * is passed over.
 */
export class ReplicaFetcher {
  readonly #leader: number
  readonly #options: ReplicaFetcherOptions
  readonly #session = new ReplicaFetchSession()
  readonly #entries = new Map<string, Entry>()
  #connection: Connection | null = null
  /** Resolved when there may be something to do; null while nobody waits. */
  #changed: Deferred<void> | null = null
  #closed = false

  constructor(leader: number, options: ReplicaFetcherOptions) {
    this.#leader = leader
    this.#options = options
  }

  add(follower: Follower): void {
    const wentBack = { times: 0, sinceMs: 0 }
    this.#entries.set(keyOf(follower), { follower, delayedUntilMs: 0, wentBack })
    this.#wake()
  }

  delete(follower: Follower): void {
    if (this.#entries.get(keyOf(follower))?.follower === follower) this.#entries.delete(keyOf(follower))
  }

  /** Some partition is fetched for. */
  get isNeeded(): boolean {
    return this.#entries.size > 0
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    await this.#connection?.close()
  }

  /** Ends with `close`; rejects with a bug. */
  async run(): Promise<void> {
    while (!this.#closed) {
      const followers = this.#due()
      if (followers.length === 0) await this.#idle()
      else await this.#fetch(followers)
    }
  }

  #due(): Follower[] {
    const nowMs = this.#options.clock.monotonic()
    const due: Follower[] = []
    for (const { follower, delayedUntilMs } of this.#entries.values())
      if (delayedUntilMs <= nowMs && !follower.isHeldBack) due.push(follower)
    return due
  }

  /** Until a partition comes, or has waited long enough; one that is held back is looked at again after a while. */
  async #idle(): Promise<void> {
    const { clock, config } = this.#options
    const changed = new Deferred<void>()
    this.#changed = changed
    let until = Infinity
    const againAtMs = clock.monotonic() + config.int('replica.fetch.backoff.ms')
    for (const { follower, delayedUntilMs } of this.#entries.values())
      until = Math.min(until, follower.isHeldBack ? againAtMs : delayedUntilMs)
    const timer =
      until === Infinity ? null : clock.schedule(until - clock.monotonic(), () => changed.resolve())
    await changed.promise
    timer?.cancel()
    this.#changed = null
  }

  #wake(): void {
    this.#changed?.resolve()
  }

  async #fetch(followers: readonly Follower[]): Promise<void> {
    const response = await this.#ask(Fetch, () => this.#request(followers))
    if (this.#closed) return
    if (!response) {
      this.#session.reset()
      for (const follower of followers) this.#delay(follower)
      return
    }
    if (response.errorCode !== ErrorCode.NONE) {
      const { logger } = this.#options
      logger.info('a fetch session is over', { leader: this.#leader, error: response.errorCode })
      this.#session.reset()
      if (!sessionErrors.has(response.errorCode)) for (const follower of followers) this.#delay(follower)
      return
    }
    this.#session.answered(response.sessionId)
    const outOfRange: Follower[] = []
    for (const { topicId, partitions } of response.responses)
      for (const partition of partitions) this.#take(topicId, partition, outOfRange)
    for (const follower of outOfRange) await this.#findRange(follower)
  }

  #request(followers: readonly Follower[]): Input<RequestOf<typeof Fetch>> {
    const { brokerId, brokerEpoch, config } = this.#options
    const { sessionId, sessionEpoch, topics, forgottenTopicsData } = this.#session.request(
      followers.map(({ topicId, index, position }) => ({ topicId, index, position })),
      config.int('replica.fetch.max.bytes'),
    )
    return {
      replicaState: { replicaId: brokerId, replicaEpoch: brokerEpoch() },
      maxWaitMs: config.int('replica.fetch.wait.max.ms'),
      minBytes: config.int('replica.fetch.min.bytes'),
      maxBytes: config.int('replica.fetch.response.max.bytes'),
      isolationLevel: readUncommitted,
      sessionId,
      sessionEpoch,
      topics,
      forgottenTopicsData,
    }
  }

  #take(topicId: string, fetched: FetchedPartition, outOfRange: Follower[]): void {
    const follower = this.#entries.get(`${topicId}:${fetched.partitionIndex}`)?.follower
    const asked = this.#session.asked(topicId, fetched.partitionIndex)
    if (!follower || !asked || !isCurrent(follower, asked)) return
    const { errorCode, divergingEpoch } = fetched
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) outOfRange.push(follower)
    else if (errorCode !== ErrorCode.NONE) this.#refused(follower, errorCode)
    else if (!this.#takes(follower, fetched, divergingEpoch.epoch >= 0)) this.#delay(follower)
  }

  #takes(follower: Follower, fetched: FetchedPartition, diverges: boolean): boolean {
    if (diverges) {
      const { epoch, endOffset } = fetched.divergingEpoch
      return follower.truncate({ epoch, endOffset: Number(endOffset) }) && this.#mayGoBack(follower)
    }
    return follower.take({
      records: fetched.records,
      highWatermark: Number(fetched.highWatermark),
      logStartOffset: Number(fetched.logStartOffset),
    })
  }

  /** Most of these pass by themselves, when metadata comes that one side does not know yet. */
  #refused(follower: Follower, error: number): void {
    const { topic, index, leader } = follower
    this.#options.logger.info('a leader refuses a follower', { topic, partition: index, leader, error })
    this.#delay(follower)
  }

  /** Whether a follower that has gone back may fetch at once. */
  #mayGoBack(follower: Follower): boolean {
    const { clock, config } = this.#options
    const wentBack = this.#entries.get(keyOf(follower))?.wentBack
    if (!wentBack) return true
    const nowMs = clock.monotonic()
    if (nowMs - wentBack.sinceMs >= config.int('replica.fetch.backoff.ms')) {
      wentBack.sinceMs = nowMs
      wentBack.times = 0
    }
    return ++wentBack.times <= goingBackMax
  }

  #delay(follower: Follower): void {
    const entry = this.#entries.get(keyOf(follower))
    if (entry?.follower !== follower) return
    const { clock, config } = this.#options
    entry.delayedUntilMs = clock.monotonic() + config.int('replica.fetch.backoff.ms')
  }

  async #findRange(follower: Follower): Promise<void> {
    const asked = follower.position
    const end = await this.#offsetOfLeader(follower, listOffsets.latest)
    const start = await this.#offsetOfLeader(follower, listOffsets.earliest)
    if (this.#entries.get(keyOf(follower))?.follower !== follower || !isCurrent(follower, asked)) return
    const isWithin = start !== null && end !== null && follower.enterRange(start, end)
    if (!isWithin || !this.#mayGoBack(follower)) this.#delay(follower)
  }

  async #offsetOfLeader(follower: Follower, timestamp: number): Promise<number | null> {
    const { topic, index, leaderEpoch } = follower
    const response = await this.#ask(ListOffsets, () => ({
      replicaId: this.#options.brokerId,
      isolationLevel: readUncommitted,
      topics: [
        {
          name: topic,
          partitions: [{ partitionIndex: index, currentLeaderEpoch: leaderEpoch, timestamp }],
        },
      ],
    }))
    const answer = response?.topics[0]?.partitions[0]
    return answer?.errorCode === ErrorCode.NONE ? Number(answer.offset) : null
  }

  /**
   * Null where the leader cannot be reached. Brokers of a cluster are of one release: versions are not asked for. What the
   * making of the request throws is a bug of this broker, and no word about the leader.
   */
  async #ask<A extends Api>(api: A, request: () => Input<RequestOf<A>>): Promise<ResponseOf<A> | null> {
    const connection = await this.#reach(this.#connected())
    if (!connection) return null
    return this.#reach(connection.send(api, api.maxStableVersion, request()))
  }

  async #reach<T>(leader: Promise<T>): Promise<T | null> {
    try {
      return await leader
    } catch (error) {
      if (error instanceof AssertionFailure) throw error
      if (!this.#closed)
        this.#options.logger.warn('a leader cannot be reached', { leader: this.#leader, error })
      await this.#connection?.close()
      return null
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection && !this.#connection.isClosed) return this.#connection
    this.#session.reset()
    const connection = await this.#options.connect(this.#leader)
    this.#connection = connection
    if (this.#closed) await connection.close()
    return connection
  }
}

const sessionErrors: ReadonlySet<number> = new Set([
  ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
  ErrorCode.INVALID_FETCH_SESSION_EPOCH,
  ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
])

/** Whether the follower stands where its leader was asked for it. */
function isCurrent({ position }: Follower, asked: FetchPosition): boolean {
  return (
    position.fetchOffset === asked.fetchOffset && position.currentLeaderEpoch === asked.currentLeaderEpoch
  )
}

function keyOf({ topicId, index }: Follower): string {
  return `${topicId}:${index}`
}
