import type { Fetch, Input, RequestOf } from '@sluice/wire'
import type { FetchPosition } from './follower.ts'

type SessionMembers = Pick<
  Input<RequestOf<typeof Fetch>>,
  'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'
>

/** A replica that is fetched for, as requests name it. */
export interface FetchedReplica {
  readonly topicId: string
  readonly index: number
  readonly position: FetchPosition
}

const noSession = 0
const firstEpoch = 0

/**
 * The follower's side of a fetch session (KIP-227): it names all partitions once, and then those that have changed since
 * its last request. Whatever is not told stays as it was told last.
 */
export class ReplicaFetchSession {
  #id = noSession
  #epoch = firstEpoch
  /** What the leader knows of each partition, by topic and index. */
  #told = new Map<string, FetchedReplica>()

  /** From where on the leader was asked for a partition last. */
  asked(topicId: string, index: number): FetchPosition | undefined {
    return this.#told.get(keyOf(topicId, index))?.position
  }

  /** The members of a request for these replicas that speak of the session. `partitionMaxBytes`: of each of them. */
  request(replicas: readonly FetchedReplica[], partitionMaxBytes: number): SessionMembers {
    const told = this.#told
    const inSession = this.#epoch !== firstEpoch
    const wanted = new Map<string, FetchedReplica>()
    const news: FetchedReplica[] = []
    let knownCount = 0
    for (const replica of replicas) {
      const key = keyOf(replica.topicId, replica.index)
      const before = told.get(key)
      if (before) knownCount++
      if (!inSession || !before || !isSame(before.position, replica.position)) news.push(replica)
      wanted.set(key, replica)
    }
    this.#told = wanted
    const isAllThere = !inSession || knownCount === told.size
    const gone = isAllThere ? [] : [...told.entries()].filter(([key]) => !wanted.has(key))
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: byTopic(news).map(([topicId, ofTopic]) => ({
        topicId,
        partitions: ofTopic.map((replica) => fetched(replica, partitionMaxBytes)),
      })),
      forgottenTopicsData: byTopic(gone.map(([, replica]) => replica)).map(([topicId, ofTopic]) => ({
        topicId,
        partitions: ofTopic.map(({ index }) => index),
      })),
    }
  }

  /** The leader has answered without an error of the whole; it may have had no room for a session. */
  answered(sessionId: number): void {
    if (sessionId === noSession) this.reset()
    else {
      this.#id = sessionId
      this.#epoch = this.#epoch === 0x7fffffff ? 1 : this.#epoch + 1
    }
  }

  /** What the leader knows is not sure any more: the next request names everything. */
  reset(): void {
    this.#id = noSession
    this.#epoch = firstEpoch
  }
}

/** Without spreads, which make objects that nobody reads fast: there is one of these for each append. */
function fetched({ index, position }: FetchedReplica, partitionMaxBytes: number) {
  const { fetchOffset, lastFetchedEpoch, logStartOffset, currentLeaderEpoch } = position
  return {
    partition: index,
    currentLeaderEpoch,
    fetchOffset,
    lastFetchedEpoch,
    logStartOffset,
    partitionMaxBytes,
  }
}

function isSame(one: FetchPosition, other: FetchPosition): boolean {
  return (
    one.fetchOffset === other.fetchOffset &&
    one.lastFetchedEpoch === other.lastFetchedEpoch &&
    one.logStartOffset === other.logStartOffset &&
    one.currentLeaderEpoch === other.currentLeaderEpoch
  )
}

function byTopic(replicas: readonly FetchedReplica[]): [string, FetchedReplica[]][] {
  const topics = new Map<string, FetchedReplica[]>()
  for (const replica of replicas) {
    const others = topics.get(replica.topicId)
    if (others) others.push(replica)
    else topics.set(replica.topicId, [replica])
  }
  return [...topics]
}

function keyOf(topicId: string, index: number): string {
  return `${topicId}:${index}`
}
