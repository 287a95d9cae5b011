import { ErrorCode, zeroUuid, type Int64, addInt64, subtractInt64 } from '@sluice/wire'
import type { RecordFacts } from '../../shard-loader.ts'
import type { Group } from '../group.ts'
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

/** The committed offsets of one shard. */
export class Offsets {
  readonly #config: GroupCoordinatorConfig
  readonly #committed = new OffsetTable()
  readonly #pending = new PendingTransactions()
  /** Of what was loaded: tells whether a transaction's write came before or after it. */
  readonly #recordOffsets = new WeakMap<OffsetAndMetadata, number>()

  constructor(config: GroupCoordinatorConfig) {
    this.#config = config
  }

  commit(
    group: string,
    topics: readonly CommitTopic[],
    retentionTimeMs: Int64,
    nowMs: number,
  ): { records: GroupRecord[]; response: CommitTopicResult[] } {
    const records: GroupRecord[] = []
    const expireTimestampMs = retentionTimeMs === -1 ? null : addInt64(nowMs, retentionTimeMs)
    const response = topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map((each) => {
        const metadata = each.committedMetadata ?? ''
        if (metadata.length > this.#config.offsetMetadataSizeMax)
          return { partitionIndex: each.partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE }
        const value: OffsetAndMetadata = {
          offset: each.committedOffset,
          leaderEpoch: each.committedLeaderEpoch,
          metadata,
          commitTimestampMs: nowMs,
          expireTimestampMs,
          topicId,
        }
        records.push(offsetCommitRecord({ group, topic: name, partition: each.partitionIndex }, value))
        return { partitionIndex: each.partitionIndex, errorCode: ErrorCode.NONE }
      }),
    }))
    return { records, response }
  }

  fetch(group: string, topics: readonly FetchTopic[], requireStable: boolean): FetchedTopic[] {
    return topics.map(({ name, topicId, partitionIndexes }) => ({
      name,
      topicId,
      partitions: partitionIndexes.map((partition) =>
        this.#fetchOne({ group, topic: name, partition }, topicId, requireStable),
      ),
    }))
  }

  fetchAll(group: string, requireStable: boolean): FetchedTopic[] {
    const topics: FetchedTopic[] = []
    for (const [name, partitions] of this.#committed.topics(group)) {
      const fetched = [...partitions.keys()].map((partition) =>
        this.#fetchOne({ group, topic: name, partition }, zeroUuid, requireStable),
      )
      topics.push({ name, topicId: zeroUuid, partitions: fetched })
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
    return partitions
      .map((partition) => ({ group, topic, partition }))
      .filter((key) => this.#committed.get(key) || this.#pending.has(key))
      .map((key) => offsetCommitRecord(key, null))
  }

  deleteGroup(group: string): GroupRecord[] {
    const keys = [...this.#committed.entries(group)].map(([key]) => key)
    for (const key of this.#pending.keysOfGroup(group)) if (!this.#committed.get(key)) keys.push(key)
    return keys.map((key) => offsetCommitRecord(key, null))
  }

  deleteTopic(topic: string): GroupRecord[] {
    const keys = this.#pending.keysOfTopic(topic).filter((key) => !this.#committed.get(key))
    for (const group of this.#committed.groups())
      for (const [key] of this.#committed.entries(group)) if (key.topic === topic) keys.push(key)
    return keys.map((key) => offsetCommitRecord(key, null))
  }

  /** What of the group's offsets has expired, and whether nothing will be left. */
  expire(group: Group, nowMs: number): { records: GroupRecord[]; isNothingLeft: boolean } {
    const records: GroupRecord[] = []
    let isNothingLeft = !this.#pending.hasGroup(group.groupId)
    for (const [key, value] of this.#committed.entries(group.groupId)) {
      if (this.#isExpired(group, key, value, nowMs)) records.push(offsetCommitRecord(key, null))
      else isNothingLeft = false
    }
    return { records, isNothingLeft }
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
    if (value === null) {
      this.#committed.delete(key)
      this.#pending.forget(key)
    } else if (facts.transactional) {
      this.#pending.add(facts.producerId, { key, value, offset: facts.offset })
    } else {
      this.#set(key, value, facts.offset)
    }
  }

  replayEndTransaction(producerId: Int64, committed: boolean): void {
    for (const { key, value, offset } of this.#pending.end(producerId)) {
      if (!committed) continue
      const current = this.#committed.get(key)
      const currentOffset = current && this.#recordOffsets.get(current)
      // What was committed outside the transaction and after its write wins.
      if (currentOffset === undefined || offset === null || currentOffset < offset)
        this.#set(key, value, offset)
    }
  }

  #set(key: OffsetKey, value: OffsetAndMetadata, recordOffset: number | null): void {
    this.#committed.set(key, value)
    if (recordOffset !== null) this.#recordOffsets.set(value, recordOffset)
  }
}

/** The topic was deleted and made again: the offset means nothing there. */
function isOfAnotherTopic(value: OffsetAndMetadata, topicId: string): boolean {
  return topicId !== zeroUuid && value.topicId !== zeroUuid && value.topicId !== topicId
}

export function nothingCommitted(partitionIndex: number, errorCode: ErrorCode): FetchedPartition {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode }
}
