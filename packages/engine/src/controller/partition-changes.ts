import type { BrokerConfig } from '../metadata/configs.ts'
import { DirectoryId, isOnlineDirectory } from '../metadata/directory-id.ts'
import { eligibleLeaderReplicasFeature } from '../metadata/features.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { noLeader } from '../metadata/topics-image.ts'
import { type Election, partitionChange, type PartitionTarget } from './partition-change.ts'

interface Wish {
  readonly target?: PartitionTarget
  /** Without it: as the topic's unclean.leader.election.enable says. */
  readonly election?: Election
  /** Who will be active once what is being decided holds; without it, who is. */
  readonly isActive?: (brokerId: number) => boolean
  readonly uncleanShutdown?: number
}

/** Changes of partitions, by what the image and the configs say at the moment. */
export class PartitionChanges {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig

  constructor(options: { image: MetadataImage; config: BrokerConfig }) {
    this.#image = options.image
    this.#config = options.config
  }

  /** null: nothing changes. */
  change(topic: TopicImage, partitionId: number, before: PartitionImage, wish: Wish): NewRecord | null {
    const isActive = wish.isActive ?? ((id: number) => this.#image.isBrokerActive(id))
    return partitionChange({
      topicId: topic.id,
      partitionId,
      before,
      target: wish.target ?? {},
      election: wish.election ?? (this.electsUncleanly(topic.name) ? 'unclean' : 'online'),
      canLead: (id) => isActive(id) && this.#isOnline(before, id),
      minIsr: this.#minIsr(topic),
      uncleanShutdown: wish.uncleanShutdown,
      defaultDirectory: (id) => defaultDirectory(this.#image, id),
    })
  }

  electsUncleanly(topic: string): boolean {
    return this.#config.topicValue(topic, 'unclean.leader.election.enable') === true
  }

  /** The broker is fenced, leaves or is gone: others lead, and it is in no ISR any more but where it is the last. */
  withoutBroker(brokerId: number): NewRecord[] {
    const isActive = (id: number) => id !== brokerId && this.#image.isBrokerActive(id)
    return this.#each(
      ({ isr }) => isr.includes(brokerId),
      ({ isr }) => ({ target: { isr: isr.filter((id) => id !== brokerId) }, isActive }),
    )
  }

  /** The broker is there again: it leads where nobody does and it can. */
  withBroker(brokerId: number): NewRecord[] {
    const isActive = (id: number) => id === brokerId || this.#image.isBrokerActive(id)
    return this.#each(
      ({ leader }) => leader === noLeader,
      () => ({ isActive }),
    )
  }

  #each(
    concerns: (partition: PartitionImage) => boolean,
    wish: (before: PartitionImage) => Wish,
  ): NewRecord[] {
    const records: NewRecord[] = []
    for (const topic of this.#image.topics())
      for (const [partitionId, before] of topic.partitions.entries()) {
        if (!concerns(before)) continue
        const record = this.change(topic, partitionId, before, wish(before))
        if (record) records.push(record)
      }
    return records
  }

  /** More than there are replicas is never asked for. */
  #minIsr(topic: TopicImage): number | null {
    if ((this.#image.features.get(eligibleLeaderReplicasFeature) ?? 0) < 1) return null
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
