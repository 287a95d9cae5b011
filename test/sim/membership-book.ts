import type { Story } from './story.ts'

interface Told {
  readonly epoch: number
  readonly partitions: readonly number[]
  readonly nodeId: number
  readonly sentMs: number
}

interface Holder extends Told {
  /** Who coordinated the group then, by what was decided. */
  readonly reign: string
  /** Partitions that it was told to give back, and has not said that it did. */
  readonly revoking: ReadonlySet<number>
}

/** Who coordinates the group by what is decided, and since which election. */
interface Coordinator {
  readonly nodeId: number
  readonly leaderEpoch: number
}

interface BookOptions {
  readonly story: Story
  readonly sessionTimeoutMs: number
  readonly nowMs: () => number
  readonly coordinator: () => Coordinator
  /** Nothing is promised of the group any more. */
  readonly isForgiven: () => boolean
}

/**
 * What members of one group have been told:
 *
 * 1. A partition has at most one owner in an epoch.
 * 2. Nobody is given what another one has, as long as that one is heard of.
 * 3. What is committed for a partition never goes back.
 */
export class MembershipBook {
  readonly #options: BookOptions
  /** By partition and epoch. */
  readonly #owners = new Map<string, string>()
  readonly #holders = new Map<string, Holder>()
  readonly #committed = new Map<number, number>()

  constructor(options: BookOptions) {
    this.#options = options
  }

  told(who: string, told: Told): void {
    const before = this.#holders.get(who)
    const revoking = [...(before?.partitions ?? []), ...(before?.revoking ?? [])].filter(
      (partition) => !told.partitions.includes(partition),
    )
    const reign = this.#reign(told.nodeId)
    this.#holders.set(who, { ...told, reign, revoking: new Set(revoking) })
    if (this.#options.isForgiven()) return
    for (const partition of told.partitions) this.#owns(who, partition, { ...told, reign })
  }

  /** It says that it has these alone. */
  confirms(who: string, partitions: readonly number[]): void {
    const before = this.#holders.get(who)
    if (before) this.#holders.set(who, { ...before, partitions, revoking: new Set() })
  }

  committed(partition: number, offset: number): void {
    this.#committed.set(partition, Math.max(this.leastCommitted(partition), offset))
  }

  /** So far the group has come at least. */
  leastCommitted(partition: number): number {
    return this.#committed.get(partition) ?? -1
  }

  /** Of who has not heard yet that another one coordinates the group nothing is expected, as with Apache Kafka. */
  found(partition: number, offset: number, of: { least: number; nodeId: number; by: string }): void {
    const { story, isForgiven, coordinator } = this.#options
    if (offset >= of.least || isForgiven() || coordinator().nodeId !== of.nodeId) return
    story.violated(`${of.by} finds partition ${partition} at ${offset}, and ${of.least} was committed`)
  }

  #owns(who: string, partition: number, told: Omit<Holder, 'revoking'>): void {
    const { story } = this.#options
    const { epoch, reign } = told
    const key = `${partition}@${epoch}`
    const owner = this.#owners.get(key) ?? who
    this.#owners.set(key, who)
    if (owner !== who)
      story.violated(`in epoch ${epoch} partition ${partition} belongs to ${owner}, and to ${who}`)
    // Who has waited for its answer longer than its session may have been given up meanwhile.
    if (!this.#isAlive(told, reign)) return
    for (const [other, holder] of this.#holders) {
      const has = holder.partitions.includes(partition) || holder.revoking.has(partition)
      if (other !== who && has && this.#isAlive(holder, reign))
        story.violated(`${who} is given partition ${partition}, which ${other} has not given back`)
    }
  }

  /** Whoever coordinates has heard of it within its session, for certain. */
  #isAlive({ reign, sentMs }: Pick<Holder, 'reign' | 'sentMs'>, current: string): boolean {
    const { nowMs, sessionTimeoutMs } = this.#options
    return reign !== '' && reign === current && nowMs() - sentMs < sessionTimeoutMs
  }

  /** Empty: it was told by who does not coordinate the group any more, or not yet. */
  #reign(nodeId: number): string {
    const { nodeId: decided, leaderEpoch } = this.#options.coordinator()
    return decided === nodeId ? `${decided}@${leaderEpoch}` : ''
  }
}
