import { atOnce, type Steps } from '../../../storage/slices.ts'
import type { TopicView } from '../topic-view.ts'
import { Xxh3 } from './xxh3.ts'

const hashVersion = 0
/** So many partitions of a topic are hashed in a step. */
const stepPartitions = 500

/**
 * Hashes of topics, by which a group sees that one of its topics has changed, across brokers (KIP-1101): its id, its
 * name, and for each partition the racks of its replicas.
 */
export class TopicHashes {
  readonly #topics: TopicView
  /** Of topics that some group has asked for. */
  readonly #hashes = new Map<string, bigint>()
  /** How often any topics have changed. */
  #changes = 0

  constructor(topics: TopicView) {
    this.#topics = topics
  }

  /** These have changed. Gives those whose hashes were known. */
  forget(topics: Iterable<string>): string[] {
    this.#changes++
    return [...topics].filter((topic) => this.#hashes.delete(topic))
  }

  areKnown(topics: readonly string[]): boolean {
    return topics.every((topic) => this.#hashes.has(topic) || this.#topics.idOf(topic) === undefined)
  }

  /** The hashes of these are wanted soon, by who cannot rest: a topic may have very many partitions. */
  *learn(topics: Iterable<string>): Steps {
    for (const topic of topics) {
      yield
      if (!this.#hashes.has(topic) && this.#topics.idOf(topic) !== undefined) yield* this.#compute(topic)
    }
  }

  /** Of all these topics together; those that are not there do not count. */
  of(topics: Iterable<string>): bigint {
    const known = [...topics].filter((topic) => this.#topics.idOf(topic) !== undefined)
    if (known.length === 0) return 0n
    const together = new Xxh3()
    for (const topic of known.sort((a, b) => (a < b ? -1 : 1))) together.int64(this.#of(topic))
    return together.digest()
  }

  #of(topic: string): bigint {
    return this.#hashes.get(topic) ?? atOnce(this.#compute(topic))
  }

  *#compute(topic: string): Steps<bigint> {
    const topicId = this.#topics.idOf(topic) ?? ''
    const partitions = this.#topics.partitionCount(topic) ?? 0
    const changes = this.#changes
    const hash = new Xxh3()
    hash.byte(hashVersion)
    hash.uuid(topicId)
    hash.string(topic)
    hash.int32(partitions)
    for (let partition = 0; partition < partitions; partition++) {
      if (partition % stepPartitions === stepPartitions - 1) yield
      hash.int32(partition)
      for (const rack of this.#topics.racks(topic, partition).toSorted()) {
        hash.int32(rack.length)
        hash.string(rack)
      }
    }
    const digest = hash.digest()
    // What has changed while there was a rest is hashed anew.
    if (this.#changes === changes) this.#hashes.set(topic, digest)
    return digest
  }
}
