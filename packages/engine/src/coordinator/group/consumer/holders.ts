import type { Possession } from './assignment.ts'

/** By partition, the epoch of the member that has it: an array, for there may be very many, and all are asked for. */
interface OfTopic {
  readonly epochs: (number | undefined)[]
  count: number
}

/** Which partitions some member of a group has, or has not given back yet. */
export class Holders {
  readonly #topics = new Map<string, OfTopic>()

  has(topicId: string, partition: number): boolean {
    return this.#topics.get(topicId)?.epochs[partition] !== undefined
  }

  /** Of two members that records name for a partition, for a moment of the log, the one of the later epoch holds it. */
  add(possession: Possession, epoch: number): void {
    for (const [topicId, { partitions }] of possession) {
      const ofTopic = this.#topics.get(topicId) ?? { epochs: [], count: 0 }
      const { epochs } = ofTopic
      for (const partition of partitions) {
        const held = epochs[partition]
        if (held === undefined) ofTopic.count++
        if (held === undefined || held < epoch) epochs[partition] = epoch
      }
      if (ofTopic.count > 0) this.#topics.set(topicId, ofTopic)
    }
  }

  remove(possession: Possession, epoch: number): void {
    for (const [topicId, { partitions }] of possession) {
      const ofTopic = this.#topics.get(topicId)
      if (!ofTopic) continue
      for (const partition of partitions) {
        if (ofTopic.epochs[partition] !== epoch) continue
        ofTopic.epochs[partition] = undefined
        ofTopic.count--
      }
      if (ofTopic.count === 0) this.#topics.delete(topicId)
    }
  }
}
