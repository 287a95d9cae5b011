import type { Clock } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { ConfigValue } from '../metadata/config-values.ts'

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
  readonly #rate: ByteRate
  /** Which partitions of a topic are throttled on this broker. */
  readonly #partitions: (value: (name: string) => ConfigValue) => ReadonlySet<number> | 'all'

  constructor({ brokerId, clock, config }: QuotaOptions, throttle: Throttle) {
    this.#clock = clock
    this.#config = config
    this.#throttle = throttle
    this.#rate = new ByteRate({
      sampleMs: config.int('replication.quota.window.size.seconds') * 1000,
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
    this.#rate.record(bytes, this.#clock.monotonic())
  }

  get isExceeded(): boolean {
    return this.#rate.bytesPerSecond(this.#clock.monotonic()) > this.#throttle.rate()
  }
}

interface Sample {
  readonly startedAtMs: number
  lastAtMs: number
  bytes: number
}

/**
 * Bytes a second as Apache Kafka's SimpleRate has it: the sum of the last samples over the time since the first of them
 * began, which counts as one sample at least. A sample that overlaps the window counts whole.
 */
class ByteRate {
  readonly #sampleMs: number
  readonly #samplesMax: number
  /** The oldest first. */
  #samples: Sample[] = []

  constructor({ sampleMs, samplesMax }: { sampleMs: number; samplesMax: number }) {
    this.#sampleMs = sampleMs
    this.#samplesMax = samplesMax
  }

  record(bytes: number, nowMs: number): void {
    let sample = this.#samples.at(-1)
    if (!sample || nowMs - sample.startedAtMs >= this.#sampleMs) {
      sample = { startedAtMs: nowMs, lastAtMs: nowMs, bytes: 0 }
      this.#samples.push(sample)
      // One more than the window has, for the one that overlaps it.
      if (this.#samples.length > this.#samplesMax + 1) this.#samples.shift()
    }
    sample.bytes += bytes
    sample.lastAtMs = nowMs
  }

  bytesPerSecond(nowMs: number): number {
    const windowMs = this.#samplesMax * this.#sampleMs
    this.#samples = this.#samples.filter(({ lastAtMs }) => nowMs - lastAtMs < windowMs)
    const [oldest] = this.#samples
    if (!oldest) return 0
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0)
    return (bytes * 1000) / Math.max(nowMs - oldest.startedAtMs, this.#sampleMs)
  }
}

/** `value` names replicas as `partition:broker`, or all by `*`. */
function throttledPartitions(value: ConfigValue, brokerId: number): ReadonlySet<number> | 'all' {
  if (!Array.isArray(value)) return new Set()
  if (value[0] === '*') return 'all'
  const replicas = value.map((replica) => String(replica).split(':').map(Number))
  return new Set(replicas.flatMap(([partition, broker]) => (broker === brokerId ? [Number(partition)] : [])))
}
