import type { TopicView } from '../topic-view.ts'
import { Xxh3 } from './xxh3.ts'

const hashVersion = 0

/**
 * Hashes of topics, by which a group sees that one of its topics has changed, across brokers (KIP-1101): its id, its
 * name, and for each partition the racks of its replicas.
 */
export class TopicHashes {
  readonly #topics: TopicView
  /** Of topics that some group has asked for. */
  readonly #hashes = new Map<string, bigint>()

  constructor(topics: TopicView) {
    this.#topics = topics
  }

  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.#hashes.delete(topic)
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
    const known = this.#hashes.get(topic)
    if (known !== undefined) return known
    const hash = this.#compute(topic)
    this.#hashes.set(topic, hash)
    return hash
  }

  #compute(topic: string): bigint {
    const racks = this.#topics.racks(topic)
    const hash = new Xxh3()
    hash.byte(hashVersion)
    hash.uuid(this.#topics.idOf(topic) ?? '')
    hash.string(topic)
    hash.int32(racks.length)
    for (const [partition, ofPartition] of racks.entries()) {
      hash.int32(partition)
      for (const rack of [...ofPartition].sort()) {
        hash.int32(rack.length)
        hash.string(rack)
      }
    }
    return hash.digest()
  }
}
