import { type Clock, hostAddress } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { Counters } from './counters.ts'
import { TokenBucket } from './token-bucket.ts'

/** How many connections of one address may come in a second (KIP-612). */
export class AddressQuota {
  readonly #clock: Clock
  readonly #metadata: MetadataImage
  readonly #buckets: Counters<TokenBucket>
  readonly #waitMsMax: number
  /** By address; null: of any other. */
  #limits: ReadonlyMap<string | null, number> = new Map()

  constructor({ clock, config, metadata }: { clock: Clock; config: BrokerConfig; metadata: MetadataImage }) {
    this.#clock = clock
    this.#metadata = metadata
    const windowSeconds = config.int('quota.window.size.seconds')
    this.#waitMsMax = windowSeconds * 1_000
    const holdsSeconds = windowSeconds * Math.max(1, config.int('quota.window.num') - 1)
    this.#buckets = new Counters(() => new TokenBucket(holdsSeconds))
    this.review()
  }

  get isSet(): boolean {
    return this.#limits.size > 0
  }

  /** The quotas of the metadata have changed. */
  review(): void {
    const limits = new Map<string | null, number>()
    for (const { entity, values } of this.#metadata.security.quotas.all()) {
      const [name, limit] = [entity.get('ip'), values.get('connection_creation_rate')]
      if (name !== undefined && limit !== undefined)
        limits.set(name === null ? null : hostAddress(name), limit)
    }
    this.#limits = limits
  }

  /** Counts a new connection; where it is one too many it does not count, and is to be held for so long, ms. */
  arrive(remoteAddress: string): number {
    const address = hostAddress(remoteAddress)
    const limit = this.#limits.get(address) ?? this.#limits.get(null)
    if (limit === undefined) return 0
    const nowMs = this.#clock.monotonic()
    const bucket = this.#buckets.of(address, nowMs)
    const waitMs = bucket.waitMs(1, limit, nowMs)
    if (waitMs === 0) bucket.take(1, limit, nowMs)
    return Math.min(waitMs, this.#waitMsMax)
  }
}
