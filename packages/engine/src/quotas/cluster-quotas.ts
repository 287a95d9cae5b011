import type { Clock } from '@sluice/effects'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'
import { Counters } from './counters.ts'
import type { Sampling } from './sampled-sum.ts'
import { ThrottledRate } from './throttled-rate.ts'

interface Parts {
  /** That are alive. */
  readonly brokers: number
  /** Partitions of clients. */
  readonly led: number
  readonly ledByAll: number
}

/** What has been taken of a partition. */
export interface PartitionBytes {
  readonly topic: string
  readonly index: number
  readonly bytes: number
}

/**
 * One broker's part in the limits of its cluster: each keeps to its share by itself, and all shares together are what the
 * cluster may do. Of connections and groups each broker that is alive has an equal share; of bytes and requests as much as
 * it leads of the partitions, since that is where they go. A partition, which one broker leads, has its own limit whole: so
 * nobody is slowed down by where few partitions happen to be led.
 */
export class ClusterQuotas {
  readonly limits: ClusterLimits
  readonly #clock: Clock
  readonly #nodeId: number
  readonly #metadata: MetadataImage
  readonly #innerListener: unknown
  readonly #bytesIn: ThrottledRate
  readonly #bytesOut: ThrottledRate
  readonly #requests: ThrottledRate
  readonly #partitionsIn: Counters<ThrottledRate>
  readonly #partitionsOut: Counters<ThrottledRate>
  /** Null since the metadata have changed. */
  #parts: Parts | null = null

  constructor(
    limits: ClusterLimits,
    {
      clock,
      nodeId,
      config,
      metadata,
      sampling,
    }: { clock: Clock; nodeId: number; config: BrokerConfig; metadata: MetadataImage; sampling: Sampling },
  ) {
    this.limits = limits
    this.#clock = clock
    this.#nodeId = nodeId
    this.#metadata = metadata
    this.#innerListener = config.value('inter.broker.listener.name')
    this.#bytesIn = new ThrottledRate(sampling)
    this.#bytesOut = new ThrottledRate(sampling)
    this.#requests = new ThrottledRate(sampling)
    this.#partitionsIn = new Counters(() => new ThrottledRate(sampling))
    this.#partitionsOut = new Counters(() => new ThrottledRate(sampling))
    metadata.onChange(() => {
      this.#parts = null
    })
  }

  /** Nodes of the cluster come by a listener of their own, and are held to nothing. */
  concerns(listener: string): boolean {
    return listener !== this.#innerListener
  }

  /** This broker's equal share of a limit of the whole cluster. */
  shareOf(limit: number): number {
    return limit / this.#partsNow().brokers
  }

  /** Its share of what goes to the leaders of partitions. */
  #shareOfTraffic(limit: number): number {
    const { led, ledByAll } = this.#partsNow()
    return (limit * led) / ledByAll
  }

  #partsNow(): Parts {
    this.#parts ??= partsOf(this.#metadata, this.#nodeId)
    return this.#parts
  }

  /** Returns for how long the client is to ask nothing more, ms, as do the others. */
  asked(): number {
    return this.#requests.record(
      1,
      this.#shareOfTraffic(this.limits.requestsPerSecond),
      this.#clock.monotonic(),
    )
  }

  produced(bytes: number): number {
    return this.#bytesIn.record(
      bytes,
      this.#shareOfTraffic(this.limits.bytesInPerSecond),
      this.#clock.monotonic(),
    )
  }

  producedTo(partition: PartitionBytes): number {
    return this.#of(this.#partitionsIn, partition, this.limits.partitionBytesInPerSecond)
  }

  fetched(partitions: readonly PartitionBytes[]): number {
    const bytes = sumOf(partitions)
    const nowMs = this.#clock.monotonic()
    const limit = this.limits.partitionBytesOutPerSecond
    return Math.max(
      this.#bytesOut.record(bytes, this.#shareOfTraffic(this.limits.bytesOutPerSecond), nowMs),
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

/** Who leads nothing is asked, too: each counts as the leader of one partition at least. */
function partsOf(metadata: MetadataImage, nodeId: number): Parts {
  const alive = metadata.brokers().filter(({ id }) => metadata.isBrokerAlive(id))
  const led = new Map([nodeId, ...alive.map(({ id }) => id)].map((id) => [id, 0]))
  for (const { name, partitions } of metadata.topics()) {
    if (isInternalTopic(name)) continue
    for (const { leader } of partitions) {
      const count = led.get(leader)
      if (count !== undefined) led.set(leader, count + 1)
    }
  }
  const counts = [...led.values()].map((count) => Math.max(1, count))
  return {
    brokers: Math.max(1, alive.length),
    led: Math.max(1, led.get(nodeId) ?? 0),
    ledByAll: counts.reduce((sum, count) => sum + count, 0),
  }
}

function keyOf({ topic, index }: PartitionBytes): string {
  return `${topic}-${index}`
}

function sumOf(partitions: readonly PartitionBytes[]): number {
  return partitions.reduce((sum, { bytes }) => sum + bytes, 0)
}
