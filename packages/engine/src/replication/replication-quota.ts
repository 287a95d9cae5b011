import type { Clock } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { ConfigValue } from '../metadata/config-values.ts'
import { SampledSum } from '../quotas/sampled-sum.ts'

/** What one side of replication is configured to do. */
interface Throttle {
  /** Bytes a second. */
  readonly rate: () => number
  /** Name of the config that says of a topic whose records count, and are held back. */
  readonly replicas: string
}

/** What the quotas have of their broker. */
interface QuotaOptions {
  readonly brokerId: number
  readonly clock: Clock
  readonly config: BrokerConfig
}

/** What a broker gives and takes of throttled partitions (KIP-73). */
export interface ReplicationQuotas {
  readonly leader: ReplicationQuota
  readonly follower: ReplicationQuota
}

export function replicationQuotas(options: QuotaOptions): ReplicationQuotas {
  const { config } = options
  return {
    leader: new ReplicationQuota(options, {
      rate: () => config.long('leader.replication.throttled.rate'),
      replicas: 'leader.replication.throttled.replicas',
    }),
    follower: new ReplicationQuota(options, {
      rate: () => config.long('follower.replication.throttled.rate'),
      replicas: 'follower.replication.throttled.replicas',
    }),
  }
}

/**
 * How fast throttled partitions replicate, on one side. Whatever their replicas move counts, but only those that are out
 * of sync are held back: the others would leave the ISR.
 */
class ReplicationQuota {
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #throttle: Throttle
  readonly #taken: SampledSum
  readonly #sampleMs: number
  /** Which partitions of a topic are throttled on this broker. */
  readonly #partitions: (value: (name: string) => ConfigValue) => ReadonlySet<number> | 'all'

  constructor({ brokerId, clock, config }: QuotaOptions, throttle: Throttle) {
    this.#clock = clock
    this.#config = config
    this.#throttle = throttle
    this.#sampleMs = config.int('replication.quota.window.size.seconds') * 1_000
    this.#taken = new SampledSum({
      sampleMs: this.#sampleMs,
      samplesMax: config.int('replication.quota.window.num'),
    })
    this.#partitions = (value) => throttledPartitions(value(throttle.replicas), brokerId)
  }

  isThrottled(topic: string, index: number): boolean {
    const partitions = this.#config.topicView(topic, this.#partitions)
    return partitions === 'all' || partitions.has(index)
  }

  /** Bytes of a throttled partition have gone or come. */
  record(bytes: number): void {
    this.#taken.record(bytes, this.#clock.monotonic())
  }

  /** As Apache Kafka's SimpleRate has it: the time since the first sample began counts as one sample at least. */
  get isExceeded(): boolean {
    const nowMs = this.#clock.monotonic()
    const windowMs = Math.max(this.#taken.elapsedMs(nowMs), this.#sampleMs)
    return (this.#taken.sum(nowMs) / windowMs) * 1_000 > this.#throttle.rate()
  }
}

/** `value` names replicas as `partition:broker`, or all by `*`. */
function throttledPartitions(value: ConfigValue, brokerId: number): ReadonlySet<number> | 'all' {
  if (!Array.isArray(value)) return new Set()
  if (value[0] === '*') return 'all'
  const replicas = value.map((replica) => String(replica).split(':').map(Number))
  return new Set(replicas.flatMap(([partition, broker]) => (broker === brokerId ? [Number(partition)] : [])))
}
