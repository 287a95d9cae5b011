import type { Clock } from '@sluice/effects'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { Counters } from './counters.ts'
import type { Sampling } from './sampled-sum.ts'
import { ThrottledRate } from './throttled-rate.ts'

/** What has been taken of a partition. */
export interface PartitionBytes {
  readonly topic: string
  readonly index: number
  readonly bytes: number
}

/**
 * One broker's part in the limits of its cluster. Each broker that is alive has an equal share of what all of them may do,
 * and keeps to it by itself; a partition, which one broker leads, has its own limit whole.
 */
export class ClusterQuotas {
  readonly limits: ClusterLimits
  readonly #clock: Clock
  readonly #innerListener: unknown
  readonly #bytesIn: ThrottledRate
  readonly #bytesOut: ThrottledRate
  readonly #requests: ThrottledRate
  readonly #partitionsIn: Counters<ThrottledRate>
  readonly #partitionsOut: Counters<ThrottledRate>
  #brokers = 1

  constructor(
    limits: ClusterLimits,
    {
      clock,
      config,
      metadata,
      sampling,
    }: { clock: Clock; config: BrokerConfig; metadata: MetadataImage; sampling: Sampling },
  ) {
    this.limits = limits
    this.#clock = clock
    this.#innerListener = config.value('inter.broker.listener.name')
    this.#bytesIn = new ThrottledRate(sampling)
    this.#bytesOut = new ThrottledRate(sampling)
    this.#requests = new ThrottledRate(sampling)
    this.#partitionsIn = new Counters(() => new ThrottledRate(sampling))
    this.#partitionsOut = new Counters(() => new ThrottledRate(sampling))
    metadata.onChange(() => {
      this.#brokers = Math.max(1, metadata.brokers().filter(({ id }) => metadata.isBrokerAlive(id)).length)
    })
  }

  /** Nodes of the cluster come by a listener of their own, and are held to nothing. */
  concerns(listener: string): boolean {
    return listener !== this.#innerListener
  }

  /** This broker's share of a limit of the whole cluster. */
  shareOf(limit: number): number {
    return limit / this.#brokers
  }

  /** Returns for how long the client is to ask nothing more, ms, as do the others. */
  asked(): number {
    return this.#requests.record(1, this.shareOf(this.limits.requestsPerSecond), this.#clock.monotonic())
  }

  produced(bytes: number): number {
    return this.#bytesIn.record(bytes, this.shareOf(this.limits.bytesInPerSecond), this.#clock.monotonic())
  }

  producedTo(partition: PartitionBytes): number {
    return this.#of(this.#partitionsIn, partition, this.limits.partitionBytesInPerSecond)
  }

  fetched(partitions: readonly PartitionBytes[]): number {
    const bytes = sumOf(partitions)
    const nowMs = this.#clock.monotonic()
    const limit = this.limits.partitionBytesOutPerSecond
    return Math.max(
      this.#bytesOut.record(bytes, this.shareOf(this.limits.bytesOutPerSecond), nowMs),
      ...partitions.map((one) => this.#of(this.#partitionsOut, one, limit)),
    )
  }

  /** They have been kept back. */
  notFetched(partitions: readonly PartitionBytes[]): void {
    const nowMs = this.#clock.monotonic()
    this.#bytesOut.takeBack(sumOf(partitions), nowMs)
    for (const one of partitions) this.#partitionsOut.of(keyOf(one), nowMs).takeBack(one.bytes, nowMs)
  }

  #of(counters: Counters<ThrottledRate>, partition: PartitionBytes, perSecondMax: number): number {
    const nowMs = this.#clock.monotonic()
    return counters.of(keyOf(partition), nowMs).record(partition.bytes, perSecondMax, nowMs)
  }
}

function keyOf({ topic, index }: PartitionBytes): string {
  return `${topic}-${index}`
}

function sumOf(partitions: readonly PartitionBytes[]): number {
  return partitions.reduce((sum, { bytes }) => sum + bytes, 0)
}
