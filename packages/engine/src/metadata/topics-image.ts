import { assert } from '@sluice/effects'
import { type PartitionChangeRecord, PartitionRecord, TopicRecord, type ValueOf } from '@sluice/wire'
import { DirectoryId } from './directory-id.ts'
import { recordVersions } from './features.ts'
import { type NewRecord, newRecord } from './records.ts'

/** What the controller has decided about a partition. Replaced at each change, never changed in place. */
export interface PartitionImage {
  readonly replicas: readonly number[]
  /** The log directory of each replica, in the order of `replicas`. */
  readonly directories: readonly string[]
  readonly isr: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
  /** A broker id, or `noLeader`. */
  readonly leader: number
  readonly leaderRecoveryState: number
  /** Rises with each new leader. */
  readonly leaderEpoch: number
  /** Rises with each change. */
  readonly partitionEpoch: number
}

export const noLeader = -1
/** An unclean leader recovers until it says that it has. */
export const LeaderRecoveryState = { recovered: 0, recovering: 1 } as const
/** In a change record: the leader stays as it is. */
const leaderUnchanged = -2

export interface TopicImage {
  readonly name: string
  readonly id: string
  /** By partition number. */
  readonly partitions: readonly PartitionImage[]
}

/** A partition that a record has changed, as it was before; null when it is new. */
export interface ChangedPartition {
  readonly topic: TopicImage
  readonly partition: number
  readonly before: PartitionImage | null
}

interface MutableTopic extends TopicImage {
  readonly partitions: PartitionImage[]
}

export class TopicTable {
  readonly #byName = new Map<string, MutableTopic>()
  readonly #byId = new Map<string, MutableTopic>()

  get size(): number {
    return this.#byName.size
  }

  byName(name: string): TopicImage | undefined {
    return this.#byName.get(name)
  }

  byId(id: string): TopicImage | undefined {
    return this.#byId.get(id)
  }

  all(): IterableIterator<TopicImage> {
    return this.#byName.values()
  }

  create(record: ValueOf<typeof TopicRecord>): TopicImage {
    assert(!this.#byName.has(record.name), `topic ${record.name} is created twice in the metadata log`)
    const topic: MutableTopic = { name: record.name, id: record.topicId, partitions: [] }
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    return topic
  }

  remove(topicId: string): TopicImage {
    const topic = this.#existing(topicId)
    this.#byName.delete(topic.name)
    this.#byId.delete(topic.id)
    return topic
  }

  putPartition(record: ValueOf<typeof PartitionRecord>): ChangedPartition {
    const topic = this.#existing(record.topicId)
    const before = topic.partitions[record.partitionId] ?? null
    topic.partitions[record.partitionId] = {
      replicas: record.replicas,
      // Records from before directories had ids name none.
      directories:
        record.directories.length > 0 ? record.directories : record.replicas.map(() => DirectoryId.migrating),
      isr: record.isr,
      removingReplicas: record.removingReplicas,
      addingReplicas: record.addingReplicas,
      eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
      lastKnownElr: record.lastKnownElr ?? [],
      leader: record.leader,
      leaderRecoveryState: record.leaderRecoveryState,
      leaderEpoch: record.leaderEpoch,
      partitionEpoch: record.partitionEpoch,
    }
    return { topic, partition: record.partitionId, before }
  }

  changePartition(record: ValueOf<typeof PartitionChangeRecord>): ChangedPartition {
    const topic = this.#existing(record.topicId)
    const before = topic.partitions[record.partitionId]
    assert(before, `partition ${topic.name}-${record.partitionId} is changed before it is created`)
    topic.partitions[record.partitionId] = afterChange(before, record)
    return { topic, partition: record.partitionId, before }
  }

  /** Eligible leader replicas are forgotten: of one topic, or of all where the name is empty. */
  clearElr(topicName: string): ChangedPartition[] {
    const changes: ChangedPartition[] = []
    for (const topic of this.#byName.values()) {
      if (topicName !== '' && topic.name !== topicName) continue
      for (const [partition, before] of topic.partitions.entries()) {
        if (before.eligibleLeaderReplicas.length + before.lastKnownElr.length === 0) continue
        const cleared = { ...before, eligibleLeaderReplicas: [], lastKnownElr: [] }
        topic.partitions[partition] = { ...cleared, partitionEpoch: before.partitionEpoch + 1 }
        changes.push({ topic, partition, before })
      }
    }
    return changes
  }

  records(): NewRecord[] {
    return [...this.#byName.values()].flatMap((topic) => [
      newRecord(TopicRecord, { name: topic.name, topicId: topic.id }),
      ...topic.partitions.map((partition, partitionId) => partitionRecord(topic.id, partitionId, partition)),
    ])
  }

  #existing(topicId: string): MutableTopic {
    const topic = this.#byId.get(topicId)
    assert(topic, `the metadata log names topic ${topicId}, which is not there`)
    return topic
  }
}

/** The partition as it is once the record has been replayed. */
export function afterChange(
  before: PartitionImage,
  record: ValueOf<typeof PartitionChangeRecord>,
): PartitionImage {
  const leaderKept = record.leader === leaderUnchanged
  return {
    replicas: record.replicas ?? before.replicas,
    directories: record.directories ?? before.directories,
    isr: record.isr ?? before.isr,
    removingReplicas: record.removingReplicas ?? before.removingReplicas,
    addingReplicas: record.addingReplicas ?? before.addingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? before.eligibleLeaderReplicas,
    lastKnownElr: record.lastKnownElr ?? before.lastKnownElr,
    leader: leaderKept ? before.leader : record.leader,
    leaderRecoveryState:
      record.leaderRecoveryState < 0 ? before.leaderRecoveryState : record.leaderRecoveryState,
    // A record that names a leader, even the same one, starts an epoch.
    leaderEpoch: leaderKept ? before.leaderEpoch : before.leaderEpoch + 1,
    partitionEpoch: before.partitionEpoch + 1,
  }
}

/** The whole partition as one record. */
export function partitionRecord(topicId: string, partitionId: number, partition: PartitionImage): NewRecord {
  const { eligibleLeaderReplicas, lastKnownElr, ...rest } = partition
  const value = {
    ...rest,
    partitionId,
    topicId,
    eligibleLeaderReplicas: eligibleLeaderReplicas.length > 0 ? eligibleLeaderReplicas : null,
    lastKnownElr: lastKnownElr.length > 0 ? lastKnownElr : null,
  }
  return newRecord(PartitionRecord, value, recordVersions.partition)
}

const unknownDirectories: ReadonlySet<string> = new Set([DirectoryId.unassigned, DirectoryId.migrating])

/** Whether the replica of the broker is in another of its log directories than this one, as far as that is known. */
export function isInAnother(
  { replicas, directories }: PartitionImage,
  brokerId: number,
  directoryId: string,
): boolean {
  const own = directories[replicas.indexOf(brokerId)]
  return own !== undefined && own !== directoryId && !unknownDirectories.has(own)
}

/** Whether nobody else is known to have what is committed. Who is in none of these lists may never have had a log. */
export function isOnlyCopy(
  { isr, eligibleLeaderReplicas, lastKnownElr }: PartitionImage,
  brokerId: number,
): boolean {
  const holders = [...isr, ...eligibleLeaderReplicas]
  const known = holders.length > 0 ? holders : lastKnownElr
  return known.length > 0 && known.every((id) => id === brokerId)
}
