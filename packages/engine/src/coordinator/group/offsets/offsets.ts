import { ErrorCode, zeroUuid, type Int64, subtractInt64 } from '@sluice/wire'
import type { RecordFacts } from '../../shard-loader.ts'
import type { Group } from '../group.ts'
import { atOnce, eachInSteps, eachOfSteps, type Steps } from '../../../storage/slices.ts'
import type { GroupCoordinatorConfig } from '../group-config.ts'
import { type GroupRecord, offsetCommitRecord, type OffsetKey } from '../group-records.ts'
import type { OffsetAndMetadata } from './offset-and-metadata.ts'
import { OffsetTable } from './offset-table.ts'
import { PendingTransactions } from './pending-transactions.ts'

export interface CommitTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: Int64
    readonly committedLeaderEpoch: number
    readonly committedMetadata: string | null
  }[]
}

export interface CommitTopicResult {
  readonly name: string
  readonly topicId: string
  readonly partitions: { partitionIndex: number; errorCode: ErrorCode }[]
}

export interface FetchTopic {
  readonly name: string
  /** The zero uuid when the request does not say. */
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

interface FetchedPartition {
  readonly partitionIndex: number
  readonly committedOffset: Int64
  readonly committedLeaderEpoch: number
  readonly metadata: string
  readonly errorCode: ErrorCode
}

export interface FetchedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: FetchedPartition[]
}

/** A look at a group's offsets that commits have come between is begun anew so often, and then made without a pause. */
const looksInStepsMax = 3

/** One that is under way. */
interface Look {
  readonly group: string
  /** Some of what it has seen, or will see, is of before a change, and some of after it. */
  isTorn: boolean
}

/** The committed offsets of one shard. */
export class Offsets {
  readonly #config: GroupCoordinatorConfig
  readonly #committed = new OffsetTable()
  readonly #pending = new PendingTransactions()
  /** Of the last write that was replayed: tells which of two came later. */
  #order = 0
  readonly #looks = new Set<Look>()

  constructor(config: GroupCoordinatorConfig) {
    this.#config = config
  }

  fetch(group: string, topics: readonly FetchTopic[], requireStable: boolean): Steps<FetchedTopic[]> {
    const fetchOne = (key: OffsetKey, topicId: string) => this.#fetchOne(key, topicId, requireStable)
    const look = () =>
      eachOfSteps(topics, function* ({ name, topicId, partitionIndexes }) {
        const partitions = eachInSteps(partitionIndexes, (partition) =>
          fetchOne({ group, topic: name, partition }, topicId),
        )
        return { name, topicId, partitions: yield* partitions }
      })
    return this.#untorn(group, look)
  }

  fetchAll(group: string, requireStable: boolean): Steps<FetchedTopic[]> {
    return this.#untorn(group, () => this.#lookAtAll(group, requireStable))
  }

  /** A commit is seen whole or not at all, however many steps the look takes. */
  *#untorn<T>(group: string, look: () => Steps<T>): Steps<T> {
    for (let looks = 0; looks < looksInStepsMax; looks++) {
      const underWay = { group, isTorn: false }
      this.#looks.add(underWay)
      try {
        const seen = yield* look()
        if (!underWay.isTorn) return seen
      } finally {
        this.#looks.delete(underWay)
      }
    }
    return atOnce(look())
  }

  #changed(group: string): void {
    for (const look of this.#looks) if (look.group === group) look.isTorn = true
  }

  *#lookAtAll(group: string, requireStable: boolean): Steps<FetchedTopic[]> {
    const topics: FetchedTopic[] = []
    for (const [name, partitions] of this.#committed.topics(group)) {
      const fetched = eachInSteps(partitions.keys(), (partition) =>
        this.#fetchOne({ group, topic: name, partition }, zeroUuid, requireStable),
      )
      topics.push({ name, topicId: zeroUuid, partitions: yield* fetched })
    }
    return topics
  }

  #fetchOne(key: OffsetKey, topicId: string, requireStable: boolean): FetchedPartition {
    const partitionIndex = key.partition
    // KIP-447: the offset may still change when the transaction ends.
    if (requireStable && this.#pending.has(key))
      return nothingCommitted(partitionIndex, ErrorCode.UNSTABLE_OFFSET_COMMIT)
    const value = this.#committed.get(key)
    if (!value || isOfAnotherTopic(value, topicId)) return nothingCommitted(partitionIndex, ErrorCode.NONE)
    return {
      partitionIndex,
      committedOffset: value.offset,
      committedLeaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      errorCode: ErrorCode.NONE,
    }
  }

  /** Tombstones for those of the partitions that have an offset. */
  deletePartitions(group: string, topic: string, partitions: readonly number[]): GroupRecord[] {
    return this.deleteKeys(partitions.map((partition) => ({ group, topic, partition })))
  }

  /** Tombstones for the offsets of the group, or for so many of them. */
  deleteSome(group: string, countMax: number): { records: GroupRecord[]; isAll: boolean } {
    const keys: OffsetKey[] = []
    for (const [key] of this.#committed.entries(group)) {
      if (keys.length === countMax) return { records: tombstones(keys), isAll: false }
      keys.push(key)
    }
    for (const key of this.#pending.keysOfGroup(group)) if (!this.#committed.get(key)) keys.push(key)
    return { records: tombstones(keys), isAll: true }
  }

  /** Of topics that are gone: what was committed for them. */
  *ofTopics(topics: ReadonlySet<string>): Steps<OffsetKey[]> {
    const keys = this.#pending.keysOfTopics(topics).filter((key) => !this.#committed.get(key))
    for (const group of this.#committed.groups())
      for (const [key] of this.#committed.entries(group)) {
        if (topics.has(key.topic)) keys.push(key)
        yield
      }
    return keys
  }

  deleteKeys(keys: readonly OffsetKey[]): GroupRecord[] {
    return keys
      .filter((key) => this.#committed.get(key) || this.#pending.has(key))
      .map((key) => offsetCommitRecord(key, null))
  }

  /** What has expired, an offset a step; a group that is empty and has none left goes too. */
  *expired(group: Group, nowMs: () => number): Generator<readonly GroupRecord[]> {
    let isNothingLeft = true
    for (const [key, value] of this.#committed.entries(group.groupId)) {
      const isExpired = this.#isExpired(group, key, value, nowMs())
      if (!isExpired) isNothingLeft = false
      yield isExpired ? [offsetCommitRecord(key, null)] : []
    }
    yield isNothingLeft && group.isEmpty && !this.#pending.hasGroup(group.groupId) ? group.tombstones() : []
  }

  #isExpired(group: Group, key: OffsetKey, value: OffsetAndMetadata, nowMs: number): boolean {
    if (this.#pending.has(key)) return false
    const sinceMs = group.offsetUnusedSince(key.topic, value.commitTimestampMs)
    if (sinceMs === null) return false
    return value.expireTimestampMs !== null
      ? nowMs >= value.expireTimestampMs
      : subtractInt64(nowMs, sinceMs) >= this.#config.offsetsRetentionMs
  }

  replay(key: OffsetKey, value: OffsetAndMetadata | null, facts: RecordFacts): void {
    this.#changed(key.group)
    const order = ++this.#order
    if (value === null) {
      this.#committed.delete(key)
      this.#pending.forget(key)
    } else if (facts.transactional) {
      this.#pending.add(facts.producerId, { key, value, order })
    } else {
      this.#set(key, value, order)
    }
  }

  replayEndTransaction(producerId: Int64, committed: boolean): void {
    for (const { pending, counts } of this.#pending.end(producerId)) {
      this.#changed(pending.key.group)
      if (committed && counts) this.#set(pending.key, pending.value, pending.order)
    }
  }

  #set(key: OffsetKey, value: OffsetAndMetadata, order: number): void {
    this.#committed.set(key, value)
    this.#pending.supersede(key, order)
  }
}

function tombstones(keys: readonly OffsetKey[]): GroupRecord[] {
  return keys.map((key) => offsetCommitRecord(key, null))
}

/** The topic was deleted and made again: the offset means nothing there. */
function isOfAnotherTopic(value: OffsetAndMetadata, topicId: string): boolean {
  return topicId !== zeroUuid && value.topicId !== zeroUuid && value.topicId !== topicId
}

export function nothingCommitted(partitionIndex: number, errorCode: ErrorCode): FetchedPartition {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode }
}
