import type { Clock } from '@sluice/effects'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { Counters } from './counters.ts'
import { type QuotaClient, QuotaLimits, unlimited } from './quota-limits.ts'
import { TokenBucket } from './token-bucket.ts'

const quotaName = 'controller_mutation_rate'

interface MutationQuotaOptions {
  clock: Clock
  config: BrokerConfig
  image: MetadataImage
  limits: ClusterLimits | null
}

/** How many partitions clients may have made or removed in a second (KIP-599); all of them together where the cluster has a limit. */
export class MutationQuota {
  readonly #clock: Clock
  readonly #buckets: Counters<TokenBucket>
  #limits: QuotaLimits
  /** Null where the cluster has none of its own. */
  readonly #shared: { readonly bucket: TokenBucket; readonly limit: number } | null

  constructor({ clock, config, image, limits }: MutationQuotaOptions) {
    this.#clock = clock
    this.#shared = limits && sharedBucket(limits)
    const holdsSeconds =
      config.int('controller.quota.window.num') * config.int('controller.quota.window.size.seconds')
    this.#buckets = new Counters(() => new TokenBucket(holdsSeconds))
    this.#limits = new QuotaLimits(image.security.quotas, quotaName)
    image.onChange((delta) => {
      if (delta.quotasChanged) this.#limits = new QuotaLimits(image.security.quotas, quotaName)
    })
  }

  /** Strict: nothing more is done for whoever has used up theirs. Else all is, and the client is slowed down behind it. */
  of(client: QuotaClient, { isStrict }: { isStrict: boolean }): Mutations {
    const nowMs = this.#clock.monotonic()
    if (this.#shared) return new Mutations({ ...this.#shared, nowMs, isStrict })
    const { key, limit } = this.#limits.shareOf(client)
    if (limit === unlimited) return new Mutations(null)
    return new Mutations({ bucket: this.#buckets.of(key, nowMs), limit, nowMs, isStrict })
  }
}

function sharedBucket({ partitionChanges: { count, windowSeconds } }: ClusterLimits) {
  return { bucket: new TokenBucket(windowSeconds), limit: count / windowSeconds }
}

/** What one request has done for its client, as far as its quota goes. */
export class Mutations {
  #throttleTimeMs = 0
  /** Null: there is no quota. */
  readonly #quota: { bucket: TokenBucket; limit: number; nowMs: number; isStrict: boolean } | null

  constructor(quota: { bucket: TokenBucket; limit: number; nowMs: number; isStrict: boolean } | null) {
    this.#quota = quota
  }

  /** How long the client is slowed down, ms. */
  get throttleTimeMs(): number {
    return this.#throttleTimeMs
  }

  /** False: the client has to wait. */
  take(partitions: number): boolean {
    if (!this.#quota) return true
    const { bucket, limit, nowMs, isStrict } = this.#quota
    if (isStrict) {
      this.#throttleTimeMs = bucket.waitMs(0, limit, nowMs)
      if (this.#throttleTimeMs > 0) return false
    }
    bucket.take(partitions, limit, nowMs)
    if (!isStrict) this.#throttleTimeMs = bucket.waitMs(0, limit, nowMs)
    return true
  }
}
