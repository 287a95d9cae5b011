import type { BrokerConfig } from '../metadata/configs.ts'
import { DirectoryId, isOnlineDirectory } from '../metadata/directory-id.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { noLeader } from '../metadata/topics-image.ts'
import type { Steps } from '../storage/slices.ts'
import type { BrokerHeartbeats } from './broker-heartbeats.ts'
import { type Election, partitionChange, type PartitionTarget } from './partition-change.ts'

/** A partition as it is. */
export interface PlacedPartition {
  readonly topic: TopicImage
  readonly partitionId: number
  readonly before: PartitionImage
}

interface Wish {
  readonly target?: PartitionTarget
  /** Without it: as the topic's unclean.leader.election.enable says, once nobody better is expected. */
  readonly election?: Election
  /** Who will be active once what is being decided holds; without it, who is. */
  readonly isActive?: (brokerId: number) => boolean
  readonly uncleanShutdown?: number
  readonly madeAnew?: number
  /** A broker that is registered, or fenced, and may serve soon. */
  readonly comes?: number
}

/** Changes of partitions, by what the image and the configs say at the moment. */
export class PartitionChanges {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #heartbeats: Pick<BrokerHeartbeats, 'isExpected'>

  constructor(options: {
    image: MetadataImage
    config: BrokerConfig
    heartbeats: Pick<BrokerHeartbeats, 'isExpected'>
  }) {
    this.#image = options.image
    this.#config = options.config
    this.#heartbeats = options.heartbeats
  }

  /** null: nothing changes. */
  change({ topic, partitionId, before }: PlacedPartition, wish: Wish): NewRecord | null {
    // Who has just said where its replica is can lead from there.
    const moved = wish.target?.directories && { directories: wish.target.directories }
    const isActive = wish.isActive ?? ((id: number) => this.#image.isBrokerActive(id))
    return partitionChange({
      topicId: topic.id,
      partitionId,
      before,
      target: wish.target ?? {},
      election: wish.election ?? (this.electsUncleanly(topic.name) ? 'unclean' : 'online'),
      canLead: (id) => isActive(id) && this.#isOnline({ ...before, ...moved }, id),
      isExpected: (id) => wish.election !== 'unclean' && this.#isExpected(id, wish),
      minIsr: this.#minIsr(topic),
      uncleanShutdown: wish.uncleanShutdown,
      madeAnew: wish.madeAnew,
      defaultDirectory: (id) => defaultDirectory(this.#image, id),
    })
  }

  /** Nobody waits for one who is about to serve by this very decision, and does not lead all the same. */
  #isExpected(brokerId: number, { comes, isActive }: Wish): boolean {
    if (brokerId === comes) return true
    const broker = this.#image.broker(brokerId)
    return !!broker?.fenced && !isActive?.(brokerId) && this.#heartbeats.isExpected(broker)
  }

  electsUncleanly(topic: string): boolean {
    return this.#config.topicValue(topic, 'unclean.leader.election.enable') === true
  }

  /** The broker is fenced, leaves or is gone: others lead, and it is in no ISR any more but where it is the last. */
  withoutBroker(brokerId: number, { comesBack = false } = {}): Steps<NewRecord[]> {
    const broker = this.#image.broker(brokerId)
    const isExpected = comesBack && broker !== undefined && this.#heartbeats.isExpected(broker)
    return this.#each(
      ({ isr }) => isr.includes(brokerId),
      (before) => ({ ...this.#wishWithout(brokerId, before), ...(isExpected && { comes: brokerId }) }),
    )
  }

  /** Somebody is not waited for any more. */
  ofLeaderless(): Steps<NewRecord[]> {
    return this.#eachLeaderless({})
  }

  /** The broker is there again: it leads where nobody does and it can. */
  withBroker(brokerId: number): Steps<NewRecord[]> {
    const isActive = (id: number) => id === brokerId || this.#image.isBrokerActive(id)
    return this.#eachLeaderless({ isActive })
  }

  /**
   * A new incarnation registers where there was another one, or none. One that was not shut down cleanly may have lost
   * what was only in its page cache: it is eligible no more (KIP-966).
   */
  afterShutdown(brokerId: number, isClean: boolean): Steps<NewRecord[]> {
    const mayHaveLost = !isClean && this.#image.keepsElr
    return this.#each(
      ({ isr, eligibleLeaderReplicas: elr }) =>
        isr.includes(brokerId) || (mayHaveLost && elr.includes(brokerId)),
      (before) => ({
        ...this.#wishWithout(brokerId, before),
        comes: brokerId,
        ...(mayHaveLost && { uncleanShutdown: brokerId }),
      }),
    )
  }

  /** One of the broker's log directories is gone, with the replicas in it. */
  withoutDirectory(brokerId: number, directory: string): Steps<NewRecord[]> {
    return this.#each(
      ({ replicas, directories }) => directories[replicas.indexOf(brokerId)] === directory,
      (before) => this.#wishWithout(brokerId, before),
    )
  }

  withoutReplica(place: PlacedPartition, brokerId: number): NewRecord | null {
    return this.change(place, this.#wishWithout(brokerId, place.before))
  }

  inDirectory(place: PlacedPartition, brokerId: number, directory: string): NewRecord | null {
    const { replicas, directories: before } = place.before
    const directories = replicas.map((id, at) => (id === brokerId ? directory : (before[at] ?? directory)))
    // It is not moved from where it was, which is gone.
    const isMadeAnew =
      !this.#isOnline(place.before, brokerId) && this.#isOnline({ ...place.before, directories }, brokerId)
    const wish = { target: { directories }, election: 'online' } as const
    return this.change(place, isMadeAnew ? { ...wish, madeAnew: brokerId } : wish)
  }

  leadsAny(brokerId: number): boolean {
    for (const { partitions } of this.#image.topics())
      if (partitions.some(({ leader }) => leader === brokerId)) return true
    return false
  }

  #wishWithout(brokerId: number, { isr }: PartitionImage): Wish {
    return {
      target: { isr: isr.filter((id) => id !== brokerId) },
      isActive: (id) => id !== brokerId && this.#image.isBrokerActive(id),
    }
  }

  #eachLeaderless(wish: Wish): Steps<NewRecord[]> {
    return this.#each(
      ({ leader }) => leader === noLeader,
      () => wish,
    )
  }

  /** In steps, for there may be any number. */
  *#each(
    concerns: (partition: PartitionImage) => boolean,
    wish: (before: PartitionImage) => Wish,
  ): Steps<NewRecord[]> {
    const records: NewRecord[] = []
    for (const topic of this.#image.topics())
      for (const [partitionId, before] of topic.partitions.entries()) {
        yield
        if (!concerns(before)) continue
        const record = this.change({ topic, partitionId, before }, wish(before))
        if (record) records.push(record)
      }
    return records
  }

  /** More than there are replicas is never asked for. */
  #minIsr(topic: TopicImage): number | null {
    if (!this.#image.keepsElr) return null
    const replicationFactor = topic.partitions[0]?.replicas.length ?? 0
    return Math.min(this.#config.topicInt(topic.name, 'min.insync.replicas'), replicationFactor)
  }

  #isOnline({ replicas, directories }: PartitionImage, brokerId: number): boolean {
    const directory = directories[replicas.indexOf(brokerId)]
    const broker = this.#image.broker(brokerId)
    return directory !== undefined && broker !== undefined && isOnlineDirectory(directory, broker.logDirs)
  }
}

/** Where a broker puts a new replica: with one log directory it can only be there. */
export function defaultDirectory(image: MetadataImage, brokerId: number): string {
  const logDirs = image.broker(brokerId)?.logDirs
  if (logDirs?.length === 0) return DirectoryId.migrating
  const [only, ...others] = logDirs ?? []
  return only !== undefined && others.length === 0 ? only : DirectoryId.unassigned
}
