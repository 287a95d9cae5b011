import { ConfigResourceType } from '@sluice/wire'
import type { ConfigResource } from './configs-image.ts'
import type { ChangedPartition, PartitionImage, TopicImage } from './topics-image.ts'

interface PartitionDelta extends ChangedPartition {
  readonly after: PartitionImage
}

/** What a replay has changed, each thing once, as it stands after the replay. */
export class ImageDelta {
  readonly topicsCreated = new Set<TopicImage>()
  /** As they were. A topic that was created and deleted in one replay is in neither. */
  readonly topicsDeleted: TopicImage[] = []
  readonly brokersChanged = new Set<number>()
  featuresChanged = false
  securityChanged = false
  quotasChanged = false
  readonly #partitions = new Map<string, ChangedPartition>()
  readonly #configs = new Map<string, ConfigResource>()

  get isEmpty(): boolean {
    return (
      this.topicsCreated.size === 0 &&
      this.topicsDeleted.length === 0 &&
      this.brokersChanged.size === 0 &&
      this.#partitions.size === 0 &&
      this.#configs.size === 0 &&
      !this.featuresChanged &&
      !this.securityChanged &&
      !this.quotasChanged
    )
  }

  /** New and changed partitions of topics that are there. */
  get partitionsChanged(): PartitionDelta[] {
    return [...this.#partitions.values()].map((change) => {
      const after = change.topic.partitions[change.partition] as PartitionImage
      return { ...change, after }
    })
  }

  get configsChanged(): ConfigResource[] {
    return [...this.#configs.values()]
  }

  topicCreated(topic: TopicImage): void {
    this.topicsCreated.add(topic)
  }

  topicDeleted(topic: TopicImage): void {
    if (!this.topicsCreated.delete(topic)) this.topicsDeleted.push(topic)
    for (const partition of topic.partitions.keys()) this.#partitions.delete(keyOf(topic.id, partition))
    this.#configs.delete(keyOf(topic.name, ConfigResourceType.topic))
  }

  partitionChanged(change: ChangedPartition): void {
    const key = keyOf(change.topic.id, change.partition)
    if (!this.#partitions.has(key)) this.#partitions.set(key, change)
  }

  configChanged(type: number, name: string): void {
    this.#configs.set(keyOf(name, type), { type, name })
  }
}

function keyOf(name: string, number: number): string {
  return `${name}:${number}`
}
