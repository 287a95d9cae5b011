import type { MemoryDisk } from '@sluice/effects'
import {
  BrokerRegistrationChangeRecord,
  decodeMetadataRecord,
  type MetadataRecord,
  PartitionChangeRecord,
  PartitionRecord,
  readRecords,
  RecordBatch,
  RegisterBrokerRecord,
  RemoveTopicRecord,
  TopicRecord,
  type ValueOf,
} from '@sluice/wire'
import type { Story } from './story.ts'

/** What has been decided about a partition. */
export interface PartitionFacts {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  leader: number
  leaderEpoch: number
  isr: readonly number[]
  elr: readonly number[]
  replicas: readonly number[]
  isMoving: boolean
}

/** Told of what the metadata says. */
export interface MetadataListener {
  changed(partition: PartitionFacts, change: PartitionChange): void
  registered(brokerId: number): void
}

export interface PartitionChange {
  /** Who has become a member of the ISR. */
  readonly entered: readonly number[]
  /** The leader was not in sync, and nobody who was can be had. */
  readonly isUnclean: boolean
}

type Topic = { name: string; id: string; partitions: PartitionFacts[] }

const leaderUnchanged = -2
/** Of one partition, within a second. */
const changesMax = 50

/**
 * The cluster's metadata as its log has it, read from the controller's disk: only what is durable counts, because only
 * that may have been acted on.
 */
export class MetadataView {
  readonly #story: Story
  readonly #listener: MetadataListener
  readonly #topics = new Map<string, Topic>()
  readonly #unfenced = new Map<number, boolean>()
  /** By partition and leader epoch: at most one leader. */
  readonly #leaders = new Map<string, number>()
  /** Partitions and the brokers that they were moved away from, whether they have come back since or not. */
  readonly #movedAway = new Set<string>()
  #nextOffset = 0
  /** By partition: how often it has changed since when. */
  readonly #changes = new Map<string, { sinceMs: number; count: number }>()

  constructor(story: Story, listener: MetadataListener) {
    this.#story = story
    this.#listener = listener
  }

  *partitions(): Iterable<PartitionFacts> {
    for (const { partitions } of this.#topics.values()) yield* partitions
  }

  partition(topic: string, index: number): PartitionFacts | undefined {
    for (const { name, partitions } of this.#topics.values()) if (name === topic) return partitions[index]
    return undefined
  }

  /** Whether `topic-index` was moved away from the broker at some time: what it has of it then may be put aside. */
  wasMovedAway(partition: string, brokerId: number): boolean {
    return this.#movedAway.has(`${partition}:${brokerId}`)
  }

  isUnfenced(brokerId: number): boolean {
    return this.#unfenced.get(brokerId) === true
  }

  /** Takes in what has become durable. */
  follow(disk: MemoryDisk, directory: string): void {
    if (!disk.existsSync(directory)) return
    const logs = disk
      .readdirSync(directory)
      .map(({ name }) => name)
      .filter((name) => /^\d{20}\.log$/.test(name))
      .toSorted()
    for (const [at, name] of logs.entries()) {
      const next = logs[at + 1]
      if (next && Number.parseInt(next, 10) <= this.#nextOffset) continue
      const bytes = disk.contentOf(`${directory}/${name}`, 'synced')
      if (bytes) this.#take(bytes)
    }
  }

  #take(bytes: Buffer): void {
    let size: number
    for (let at = 0; (size = RecordBatch.frameAt(bytes, at, bytes.length)) > 0; at += size) {
      if (RecordBatch.baseOffset(bytes, at) < this.#nextOffset) continue
      // The torn end that a power cut has left.
      if (!RecordBatch.isCrcValid(bytes, at, size)) return
      this.#nextOffset = RecordBatch.nextOffset(bytes, at)
      if (RecordBatch.isControl(bytes, at)) continue
      for (const { value } of readRecords(bytes, at)) if (value) this.#replay(decodeMetadataRecord(value))
    }
  }

  #replay(entry: MetadataRecord): void {
    switch (entry.type) {
      case TopicRecord.recordType: {
        const { name, topicId } = entry.value
        this.#topics.set(topicId, { name, id: topicId, partitions: [] })
        break
      }
      case RemoveTopicRecord.recordType:
        this.#topics.delete(entry.value.topicId)
        break
      case PartitionRecord.recordType:
        this.#begin(entry.value)
        break
      case PartitionChangeRecord.recordType:
        this.#change(entry.value)
        break
      case RegisterBrokerRecord.recordType: {
        const { brokerId, brokerEpoch, fenced } = entry.value
        this.#unfenced.set(brokerId, !fenced)
        this.#listener.registered(brokerId)
        this.#story.tell('metadata', `broker ${brokerId} is registered in epoch ${brokerEpoch}`)
        break
      }
      case BrokerRegistrationChangeRecord.recordType:
        this.#registrationChanged(entry.value)
    }
  }

  #begin(value: ValueOf<typeof PartitionRecord>): void {
    const topic = this.#topics.get(value.topicId)
    if (!topic) return
    const partition: PartitionFacts = {
      topic: topic.name,
      topicId: topic.id,
      index: value.partitionId,
      leader: value.leader,
      leaderEpoch: value.leaderEpoch,
      isr: value.isr,
      elr: value.eligibleLeaderReplicas ?? [],
      replicas: value.replicas,
      isMoving: value.addingReplicas.length + value.removingReplicas.length > 0,
    }
    topic.partitions[value.partitionId] = partition
    this.#told(partition)
  }

  #change(value: ValueOf<typeof PartitionChangeRecord>): void {
    const partition = this.#topics.get(value.topicId)?.partitions[value.partitionId]
    if (!partition) return
    const { isr: before, elr, replicas, topic, index } = partition
    partition.isr = value.isr ?? partition.isr
    partition.elr = value.eligibleLeaderReplicas ?? partition.elr
    partition.replicas = value.replicas ?? partition.replicas
    for (const id of replicas)
      if (!partition.replicas.includes(id)) this.#movedAway.add(`${topic}-${index}:${id}`)
    const moving = [value.addingReplicas, value.removingReplicas].filter((ids) => ids !== null)
    if (moving.length > 0) partition.isMoving = moving.some((ids) => ids.length > 0)
    if (value.leader !== leaderUnchanged) {
      partition.leader = value.leader
      partition.leaderEpoch++
    }
    this.#told(partition)
    this.#listener.changed(partition, {
      entered: partition.isr.filter((id) => !before.includes(id)),
      isUnclean: value.leader >= 0 && ![...before, ...elr].includes(value.leader),
    })
  }

  #told(partition: PartitionFacts): void {
    const { topic, topicId, index, leader, leaderEpoch, isr, elr, replicas } = partition
    const others = elr.length > 0 ? ` elr ${elr.join(',')}` : ''
    this.#story.tell(
      'metadata',
      `${topic}-${index} leader ${leader} epoch ${leaderEpoch} isr ${isr.join(',')}${others} of ${replicas.join(',')}`,
    )
    this.#watchPace(`${topic}-${index}`)
    if (leader < 0) return
    const key = `${topicId}-${index}@${leaderEpoch}`
    const known = this.#leaders.get(key)
    if (known !== undefined && known !== leader)
      this.#story.violated(
        `${topic}-${index} has two leaders in epoch ${leaderEpoch}: ${known} and ${leader}`,
      )
    this.#leaders.set(key, leader)
  }

  /** Nothing that goes wrong is a reason to change a partition again and again. */
  #watchPace(partition: string): void {
    const { nowMs } = this.#story
    const changes = this.#changes.get(partition)
    if (!changes || nowMs - changes.sinceMs > 1_000)
      this.#changes.set(partition, { sinceMs: nowMs, count: 1 })
    else if (++changes.count > changesMax)
      this.#story.violated(`${partition} has changed ${changesMax} times within a second`)
  }

  #registrationChanged(value: ValueOf<typeof BrokerRegistrationChangeRecord>): void {
    const { brokerId, fenced, inControlledShutdown } = value
    if (inControlledShutdown !== 0) this.#story.tell('metadata', `broker ${brokerId} leaves`)
    if (fenced === 0) return
    this.#unfenced.set(brokerId, fenced < 0)
    this.#story.tell('metadata', `broker ${brokerId} is ${fenced < 0 ? 'unfenced' : 'fenced'}`)
  }
}
