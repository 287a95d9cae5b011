import type { Clock } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { AddressQuota } from './address-quota.ts'
import { RateQuota } from './rate-quota.ts'

/** The quotas of clients that one broker holds them to, as its metadata have them. */
export class ClientQuotas {
  /** Bytes of Produce requests. */
  readonly produce: RateQuota
  /** Bytes of records that consumers fetch. */
  readonly fetch: RateQuota
  /** The time of the event loop, of which a second is 100 (KIP-124). */
  readonly request: RateQuota
  /** New connections of an address. */
  readonly connections: AddressQuota

  constructor({ clock, config, metadata }: { clock: Clock; config: BrokerConfig; metadata: MetadataImage }) {
    const { quotas } = metadata.security
    const sampleMs = config.int('quota.window.size.seconds') * 1_000
    const of = { clock, quotas, sampling: { sampleMs, samplesMax: config.int('quota.window.num') } }
    this.produce = new RateQuota({ ...of, name: 'producer_byte_rate' })
    this.fetch = new RateQuota({ ...of, name: 'consumer_byte_rate' })
    this.request = new RateQuota({ ...of, name: 'request_percentage', throttleMsMax: sampleMs })
    this.connections = new AddressQuota({ clock, config, metadata })
    metadata.onChange((delta) => {
      if (!delta.quotasChanged) return
      for (const quota of [this.produce, this.fetch, this.request, this.connections]) quota.review()
    })
  }
}
