import type { Random } from '@sluice/effects'
import { ErrorCode, type Int64 } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { Steps } from '../storage/slices.ts'

/** Session epochs with a meaning of their own (KIP-227). */
export const initialEpoch = 0
export const finalEpoch = -1

/** What a client wants of one partition, and what it was told last. */
export interface FetchPartition {
  /** As the request names the topic: its name, or its id from version 13 on. */
  readonly topicKey: string
  readonly partition: number
  fetchOffset: Int64
  partitionMaxBytes: number
  currentLeaderEpoch: number
  lastFetchedEpoch: number
  /** Of a follower's log. */
  logStartOffset: Int64
  /** Sent last in this session; −2: nothing yet. */
  sentHighWatermark: Int64
  sentLogStartOffset: Int64
}

const nothingSent = -2

/** The members of a Fetch request that sessions look at. */
export interface FetchRequestTopics {
  sessionId: number
  sessionEpoch: number
  topics: readonly {
    topic: string
    topicId: string
    partitions: readonly {
      partition: number
      currentLeaderEpoch: number
      fetchOffset: Int64
      lastFetchedEpoch: number
      logStartOffset: Int64
      partitionMaxBytes: number
    }[]
  }[]
  forgottenTopicsData: readonly { topic: string; topicId: string; partitions: readonly number[] }[]
}

/** Which partitions a request is about, and how its response is cut down. */
export interface FetchScope {
  /** Wire error code for the whole response. */
  readonly error: number
  /** 0 without a session. */
  readonly sessionId: number
  /** Leave out what the client knows already. */
  readonly incremental: boolean
  readonly partitions: Iterable<FetchPartition>
  /** The partition got records: the next fetch serves the others first. */
  served(partition: FetchPartition): void
}

/** Who fetches, as far as sessions care. */
interface Fetcher {
  /** Topics by id (version 13 on). */
  readonly byId: boolean
  /** Followers take the sessions of consumers, where there are too many; never the other way round. */
  readonly isFollower: boolean
}

interface FetchSessionsOptions {
  readonly slotsMax: number
  /** Of all sessions together. */
  readonly partitionsMax: number
  readonly evictionMs: number
  readonly random: Random
}

interface Session extends Fetcher {
  readonly id: number
  readonly partitions: Map<string, FetchPartition>
  readonly createdAtMs: number
  /** The epoch that the next request must have. */
  epoch: number
  lastUsedAtMs: number
}

const limits = {
  /** Of 200 bytes each. */
  partitionsMax: 500_000,
  /** A session that is idle for longer makes room for another one. */
  evictionMs: 120_000,
}

/**
 * Incremental fetch sessions (KIP-227): a client names its partitions once and then sends and receives only
 * what has changed. Where all sessions together have too many partitions there is none for whoever comes with more.
 */
export class FetchSessions {
  readonly #options: FetchSessionsOptions
  /** In the order of their last use. */
  readonly #sessions = new Map<number, Session>()
  /** Sessions that take up what their request changes: they keep their slots. */
  #changing = 0
  /** Of those that are not changing. */
  #partitions = 0

  constructor(options: FetchSessionsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#sessions.size + this.#changing
  }

  /** In steps, a partition each. */
  *open(request: FetchRequestTopics, fetcher: Fetcher, nowMs: number): Steps<FetchScope> {
    const { sessionId, sessionEpoch } = request
    const { byId } = fetcher
    if (sessionEpoch === initialEpoch || sessionEpoch === finalEpoch) {
      this.#remove(sessionId)
      const partitions = new Map<string, FetchPartition>()
      yield* addPartitions(partitions, request, byId)
      if (sessionEpoch === finalEpoch || partitions.size === 0) return scope(0, false, partitions)
      return scope(this.#create(partitions, fetcher, nowMs), false, partitions)
    }
    const session = this.#sessions.get(sessionId)
    if (!session) return failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    if (session.epoch !== sessionEpoch) return failed(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    if (session.byId !== byId) return failed(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
    // Nobody else uses it meanwhile.
    this.#remove(sessionId)
    this.#changing++
    try {
      yield* update(session, request, byId)
    } finally {
      this.#changing--
    }
    if (session.partitions.size === 0 || !this.#fits(session.partitions))
      return scope(0, false, session.partitions)
    session.lastUsedAtMs = nowMs
    session.epoch = nextEpoch(session.epoch)
    this.#keep(session)
    return scope(sessionId, true, session.partitions)
  }

  /** Its client has not heard of it. */
  forget(sessionId: number): void {
    this.#remove(sessionId)
  }

  #fits({ size }: { readonly size: number }): boolean {
    return this.#partitions + size <= this.#options.partitionsMax
  }

  #keep(session: Session): void {
    this.#sessions.set(session.id, session)
    this.#partitions += session.partitions.size
  }

  #remove(sessionId: number): void {
    this.#partitions -= this.#sessions.get(sessionId)?.partitions.size ?? 0
    this.#sessions.delete(sessionId)
  }

  /** The id of a new session, or 0 when there is no room for it and none has to go for it. */
  #create(partitions: Map<string, FetchPartition>, fetcher: Fetcher, nowMs: number): number {
    const { slotsMax, partitionsMax, random } = this.#options
    if (partitions.size > partitionsMax) return 0
    while (this.size >= slotsMax || !this.#fits(partitions)) {
      const evicted = this.#evictedFor(partitions.size, fetcher, nowMs)
      if (!evicted) return 0
      this.#remove(evicted.id)
    }
    let id = 0
    while (id === 0 || this.#sessions.has(id)) id = random.int(0x7fffffff)
    this.#keep({
      ...fetcher,
      id,
      partitions,
      epoch: initialEpoch + 1,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
    })
    return id
  }

  /**
   * Which session gives its slot to a new one. One that is idle for long goes. Else the one of least worth does, for a new
   * one that is worth more: followers are before consumers, and then more partitions are. A new session keeps its slot for
   * a while, but a follower takes it from a consumer at any time.
   */
  #evictedFor(size: number, { isFollower }: Fetcher, nowMs: number): Session | null {
    const oldest = this.#sessions.values().next().value
    if (oldest && nowMs - oldest.lastUsedAtMs > this.#options.evictionMs) return oldest
    let least: Session | null = null
    for (const session of this.#sessions.values()) {
      const isSettled = session.lastUsedAtMs - session.createdAtMs > this.#options.evictionMs
      if (!isSettled && (session.isFollower || !isFollower)) continue
      if (!least || isWorthMore(least, session)) least = session
    }
    return least && isWorthMore({ isFollower, partitions: { size } }, least) ? least : null
  }
}

interface Worth extends Pick<Session, 'isFollower'> {
  readonly partitions: { readonly size: number }
}

function isWorthMore(one: Worth, other: Worth): boolean {
  if (one.isFollower !== other.isFollower) return one.isFollower
  return one.partitions.size > other.partitions.size
}

function scope(sessionId: number, incremental: boolean, partitions: Map<string, FetchPartition>): FetchScope {
  return {
    error: ErrorCode.NONE,
    sessionId,
    incremental,
    partitions: partitions.values(),
    served(partition) {
      if (!incremental) return
      const key = keyOf(partition.topicKey, partition.partition)
      partitions.delete(key)
      partitions.set(key, partition)
    },
  }
}

function failed(error: number): FetchScope {
  return { error, sessionId: 0, incremental: false, partitions: [], served() {} }
}

function* update(session: Session, request: FetchRequestTopics, byId: boolean): Steps {
  yield* addPartitions(session.partitions, request, byId)
  for (const topic of request.forgottenTopicsData) {
    const key = byId ? topic.topicId : topic.topic
    for (const partition of topic.partitions) {
      session.partitions.delete(keyOf(key, partition))
      yield
    }
  }
}

function* addPartitions(
  partitions: Map<string, FetchPartition>,
  request: FetchRequestTopics,
  byId: boolean,
): Steps {
  for (const topic of request.topics) {
    const topicKey = byId ? topic.topicId : topic.topic
    for (const wanted of topic.partitions) {
      yield
      const key = keyOf(topicKey, wanted.partition)
      const known = partitions.get(key)
      if (known) {
        known.fetchOffset = wanted.fetchOffset
        known.partitionMaxBytes = wanted.partitionMaxBytes
        known.currentLeaderEpoch = wanted.currentLeaderEpoch
        known.lastFetchedEpoch = wanted.lastFetchedEpoch
        known.logStartOffset = wanted.logStartOffset
        continue
      }
      partitions.set(key, {
        topicKey,
        partition: wanted.partition,
        fetchOffset: wanted.fetchOffset,
        partitionMaxBytes: wanted.partitionMaxBytes,
        currentLeaderEpoch: wanted.currentLeaderEpoch,
        lastFetchedEpoch: wanted.lastFetchedEpoch,
        logStartOffset: wanted.logStartOffset,
        sentHighWatermark: nothingSent,
        sentLogStartOffset: nothingSent,
      })
    }
  }
}

function keyOf(topicKey: string, partition: number): string {
  return `${topicKey}:${partition}`
}

function nextEpoch(epoch: number): number {
  return epoch === 0x7fffffff ? 1 : epoch + 1
}

export function createFetchSessions(config: BrokerConfig, random: Random): FetchSessions {
  const slotsMax = config.int('max.incremental.fetch.session.cache.slots')
  return new FetchSessions({ slotsMax, ...limits, random })
}
