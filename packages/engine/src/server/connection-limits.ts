import type { BrokerConfig } from '../metadata/configs.ts'
import type { ClusterQuotas } from '../quotas/cluster-quotas.ts'
import type { BrokerConfigName } from '../metadata/config-names.generated.ts'

/** Of the files that a node may have open so many are connections at most. */
const shareOfOpenFiles = 1 / 2
/** Of one listener; an encrypted one takes some 50 KB of memory each. */
const strangersMax = 2_000
/** Also where there are few places. */
const strangersMin = 64
/** As Apache Kafka writes that there is no limit. */
const unlimited = 2_147_483_647

interface ConnectionLimitsOptions {
  config: BrokerConfig
  openFilesMax: number
  /** Null where the cluster has no limits of its own. */
  cluster: ClusterQuotas | null
}

/** What a broker's configs say now of how many connections there may be. */
export class ConnectionLimits {
  /** The time over which a rate holds. */
  readonly rateWindowSeconds: number
  readonly #config: BrokerConfig
  readonly #openFilesMax: number
  readonly #cluster: ClusterQuotas | null
  #overrides: { readonly text: string; readonly perAddress: ReadonlyMap<string, number> } = {
    text: '',
    perAddress: new Map(),
  }

  constructor({ config, openFilesMax, cluster }: ConnectionLimitsOptions) {
    this.#config = config
    this.#openFilesMax = openFilesMax
    this.#cluster = cluster
    this.rateWindowSeconds =
      config.int('quota.window.size.seconds') * Math.max(1, config.int('quota.window.num') - 1)
  }

  get all(): number {
    return Math.min(this.#config.int('max.connections'), Math.floor(this.#openFilesMax * shareOfOpenFiles))
  }

  /** Of one listener: only what is set for it alone. */
  perListener(listener: string): number {
    const own = this.#ofListener(listener, 'max.connections')
    const share = this.#ofCluster(listener)
    return share ? Math.min(own, Math.max(1, Math.floor(share.shareOf(share.limits.connectionsMax)))) : own
  }

  perAddress(address: string): number {
    const text = this.#config.string('max.connections.per.ip.overrides')
    if (text !== this.#overrides.text) this.#overrides = { text, perAddress: overridesOf(text) }
    return this.#overrides.perAddress.get(address) ?? this.#config.int('max.connections.per.ip')
  }

  /** New connections a second. */
  get rate(): number {
    return this.#config.int('max.connection.creation.rate')
  }

  ratePerListener(listener: string): number {
    const own = this.#ofListener(listener, 'max.connection.creation.rate')
    const share = this.#ofCluster(listener)
    return share ? Math.min(own, share.shareOf(share.limits.connectionsPerSecond)) : own
  }

  /** Whether who would have to wait there is closed instead. */
  turnsAway(listener: string): boolean {
    return this.#ofCluster(listener) !== null
  }

  /** So many of one listener may not have logged in yet. */
  get strangers(): number {
    return Math.min(strangersMax, Math.max(strangersMin, Math.floor(this.all / 2)))
  }

  /** So many of one listener may wait to be admitted. */
  get backlog(): number {
    return this.#config.int('socket.listen.backlog.size')
  }

  #ofCluster(listener: string): ClusterQuotas | null {
    return this.#cluster?.concerns(listener) ? this.#cluster : null
  }

  #ofListener(listener: string, name: BrokerConfigName): number {
    const own = this.#config.valueOfListenerAlone(listener, name)
    return own === null ? unlimited : Number(own)
  }
}

/** `127.0.0.1:10,::1:20` */
function overridesOf(text: string): Map<string, number> {
  const entries = text.split(/\s*,\s*/).filter((entry) => entry !== '')
  return new Map(
    entries.map((entry) => {
      const at = entry.lastIndexOf(':')
      return [entry.slice(0, at).trim().toLowerCase(), Number(entry.slice(at + 1))]
    }),
  )
}
