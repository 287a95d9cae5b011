import type { OffsetAndMetadata } from './offset-and-metadata.ts'
import type { OffsetKey } from '../group-records.ts'

type Partitions = Map<number, OffsetAndMetadata>
type Topics = Map<string, Partitions>

/** Committed offsets by group, topic and partition. Invariant: no map in it is empty. */
export class OffsetTable {
  readonly #groups = new Map<string, Topics>()

  get({ group, topic, partition }: OffsetKey): OffsetAndMetadata | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition)
  }

  set({ group, topic, partition }: OffsetKey, value: OffsetAndMetadata): void {
    let topics = this.#groups.get(group)
    if (!topics) this.#groups.set(group, (topics = new Map()))
    let partitions = topics.get(topic)
    if (!partitions) topics.set(topic, (partitions = new Map()))
    partitions.set(partition, value)
  }

  delete({ group, topic, partition }: OffsetKey): boolean {
    const topics = this.#groups.get(group)
    const partitions = topics?.get(topic)
    if (!topics || !partitions?.delete(partition)) return false
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(group)
    return true
  }

  groups(): string[] {
    return [...this.#groups.keys()]
  }

  *topics(group: string): Generator<[topic: string, partitions: ReadonlyMap<number, OffsetAndMetadata>]> {
    yield* this.#groups.get(group) ?? []
  }

  *entries(group: string): Generator<[OffsetKey, OffsetAndMetadata]> {
    for (const [topic, partitions] of this.topics(group))
      for (const [partition, value] of partitions) yield [{ group, topic, partition }, value]
  }
}
