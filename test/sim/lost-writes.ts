import type { Ledger } from './ledger.ts'
import type { MetadataListener, MetadataView, PartitionChange, PartitionFacts } from './metadata-view.ts'
import type { Story } from './story.ts'

/** Of every topic in a simulation; more than there are replicas is never asked for. */
export const minInSyncReplicas = 2

/**
 * Which replicas have lost writes, and have not been filled again by a leader since. What was promised survives as long
 * as there are fewer of them than must be in sync. Beyond that, or where the cluster has put down that it elects such a
 * replica for want of any other, nothing is promised any more. One whose disk is empty is to be elected for want of any
 * other only where the last one in sync is all that the cluster remembers: the others have what it had.
 */
export class LostWrites implements MetadataListener {
  readonly #story: Story
  readonly #ledger: Ledger
  /** By topic id and partition. */
  readonly #replicas = new Map<string, Set<number>>()
  /** Those that have lost all, so that the cluster can know it. */
  readonly #empty = new Map<string, Set<number>>()
  /** What brokers have lost that have not begun anew yet: what is heard of them is from before. */
  readonly #gone = new Map<number, 'writes' | 'all'>()
  /** Whether the cluster keeps eligible leader replicas (KIP-966). Without them the last one in sync leads, come what may. */
  readonly #keepsElr: boolean
  /** Whether a replica leads that is only behind, where nobody who is in sync can be had. */
  readonly #electsUncleanly: boolean

  constructor(options: { story: Story; ledger: Ledger; keepsElr: boolean; electsUncleanly: boolean }) {
    this.#electsUncleanly = options.electsUncleanly
    this.#story = options.story
    this.#ledger = options.ledger
    this.#keepsElr = options.keepsElr
  }

  has(partition: PartitionFacts, brokerId: number): boolean {
    return this.#of(partition).has(brokerId)
  }

  /** Would everything that is promised survive that this broker loses writes, too? */
  isBearable(metadata: MetadataView, brokerId: number): boolean {
    for (const partition of metadata.partitions()) {
      const lost = this.#of(partition)
      if (!partition.replicas.includes(brokerId) || lost.has(brokerId)) continue
      if (lost.size + 1 >= leastInSync(partition)) return false
    }
    return true
  }

  lost(metadata: Pick<MetadataView, 'partitions'>, brokerId: number): void {
    if (!this.#gone.has(brokerId)) this.#gone.set(brokerId, 'writes')
    for (const partition of metadata.partitions()) {
      if (!partition.replicas.includes(brokerId)) continue
      const lost = this.#of(partition)
      lost.add(brokerId)
      if (lost.size >= leastInSync(partition)) this.#forgive(partition, 'too many replicas have lost writes')
      this.#lookAtLastOne(partition)
    }
  }

  lostAll(metadata: Pick<MetadataView, 'partitions'>, brokerId: number): void {
    this.#gone.set(brokerId, 'all')
    for (const partition of metadata.partitions())
      if (partition.replicas.includes(brokerId)) setOf(this.#empty, partition).add(brokerId)
    this.lost(metadata, brokerId)
  }

  registered(brokerId: number): void {
    this.#gone.delete(brokerId)
  }

  changed(partition: PartitionFacts, { entered, isUnclean }: PartitionChange): void {
    const lost = this.#of(partition)
    const empty = setOf(this.#empty, partition)
    if (!isUnclean)
      for (const id of entered) {
        const gone = this.#gone.get(id)
        if (gone === undefined) lost.delete(id)
        // It was filled by then, and has not lost all of that since.
        if (gone !== 'all') empty.delete(id)
      }
    if (isUnclean && this.#electsUncleanly) this.#forgive(partition, 'its leader may be behind')
    const isKnownEmpty = this.#keepsElr && empty.has(partition.leader)
    if (isUnclean && lost.has(partition.leader) && !isKnownEmpty)
      this.#forgive(partition, 'its leader is elected uncleanly')
    this.#lookAtLastOne(partition)
  }

  #lookAtLastOne(partition: PartitionFacts): void {
    const [last, ...others] = partition.isr
    if (this.#keepsElr || others.length > 0 || last === undefined || !this.#of(partition).has(last)) return
    this.#forgive(partition, 'the last replica in sync has lost writes')
  }

  #forgive(partition: PartitionFacts, why: string): void {
    const name = `${partition.topic}-${partition.index}`
    if (this.#ledger.isForgiven(name)) return
    this.#story.tell('ledger', `${name} may lose records: ${why}`)
    this.#ledger.forgive(name)
  }

  #of(partition: PartitionFacts): Set<number> {
    return setOf(this.#replicas, partition)
  }
}

function setOf(sets: Map<string, Set<number>>, { topicId, index }: PartitionFacts): Set<number> {
  const key = `${topicId}-${index}`
  const found = sets.get(key) ?? new Set()
  sets.set(key, found)
  return found
}

function leastInSync({ replicas }: PartitionFacts): number {
  return Math.min(minInSyncReplicas, replicas.length)
}
