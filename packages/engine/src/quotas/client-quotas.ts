import type { Clock } from '@sluice/effects'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { AddressQuota } from './address-quota.ts'
import { ClusterQuotas } from './cluster-quotas.ts'
import { RateQuota } from './rate-quota.ts'

interface ClientQuotasOptions {
  clock: Clock
  nodeId: number
  config: BrokerConfig
  metadata: MetadataImage
  limits: ClusterLimits | null
}

/** The quotas of clients that one broker holds them to: what its metadata have, and the limits of its cluster. */
export class ClientQuotas {
  /** Bytes of Produce requests. */
  readonly produce: RateQuota
  /** Bytes of records that consumers fetch. */
  readonly fetch: RateQuota
  /** The time of the event loop, of which a second is 100 (KIP-124). */
  readonly request: RateQuota
  /** New connections of an address. */
  readonly connections: AddressQuota
  /** Null where the cluster has no limits of its own. */
  readonly cluster: ClusterQuotas | null

  constructor({ clock, nodeId, config, metadata, limits }: ClientQuotasOptions) {
    const { quotas } = metadata.security
    const sampleMs = config.int('quota.window.size.seconds') * 1_000
    const sampling = { sampleMs, samplesMax: config.int('quota.window.num') }
    const of = { clock, quotas, sampling }
    this.produce = new RateQuota({ ...of, name: 'producer_byte_rate' })
    this.fetch = new RateQuota({ ...of, name: 'consumer_byte_rate' })
    this.request = new RateQuota({ ...of, name: 'request_percentage', throttleMsMax: sampleMs })
    this.connections = new AddressQuota({ clock, config, metadata })
    this.cluster = limits && new ClusterQuotas(limits, { clock, nodeId, config, metadata, sampling })
    metadata.onChange((delta) => {
      if (!delta.quotasChanged) return
      for (const quota of [this.produce, this.fetch, this.request, this.connections]) quota.review()
    })
  }
}
