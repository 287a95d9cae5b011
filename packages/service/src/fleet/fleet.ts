import {
  type Clock,
  type Disk,
  type Logger,
  type Machine,
  type Network,
  type Processes,
  type Random,
  type Timer,
} from '@sluice/effects'
import { ClusterAccess } from '../iam/cluster-access.ts'
import { emptyTable, Identities } from '../iam/identities.ts'
import { activeChange } from './clusters/changes/change-life.ts'
import { reconcileCluster } from './clusters/cluster-reconciler.ts'
import type { ClusterRecord } from './clusters/cluster-record.ts'
import { type ClusterStore, clusterStore } from './clusters/cluster-store.ts'
import { Clusters } from './clusters/clusters.ts'
import { Authority } from './authority/authority.ts'
import { NodeAuthority } from './authority/node-authority.ts'
import { PrivateAuthorities } from './authority/private-authorities.ts'
import type { Pace } from './clusters/pace.ts'
import { authenticatesByTls } from './clusters/client-listeners.ts'
import { plainNodesSentences } from './clusters/cluster-plan.ts'
import { isCheckDue, trustCheckMs } from './clusters/steps/issue-certificates.ts'
import type { ClusterRuntime, ReconcileSettings } from './clusters/steps/pass.ts'
import { Configurations } from './configurations/configurations.ts'
import { type ClusterStatus, statusOf, statusOfUnreadable } from './clusters/cluster-status.ts'
import { explained } from './data-directory.ts'
import { type ClusterBrokers, type Engine, type Finding, sameNode } from './engines/engine.ts'
import type { Engines } from './engines/engines.ts'
import { isFree, portTaken } from './free-port.ts'
import { Limit } from './limit.ts'
import { Mutex } from './mutex.ts'
import { placeOf } from './place.ts'
import { loopbackReach, type Reach } from './reach.ts'
import { ReconcileLoop } from './reconcile-loop.ts'
import { BrokerLogs } from './logs/broker-logs.ts'
import { ServerlessCapacity } from './capacity/serverless-capacity.ts'
import { Channels } from './channels/channels.ts'
import { Exporters, type PageHost } from './exporters/exporters.ts'
import { Monitoring } from './monitoring/monitoring.ts'
import { Replicators } from './replicators/replicators.ts'
import { Secrets } from './secrets/secrets.ts'
import { StorageScaling } from './storage-scaling/storage-scaling.ts'
import { vpcSchemesOfCluster } from './clusters/vpc-schemes.ts'
import { type VpcConnectionRecord, VpcConnections } from './vpc-connections/vpc-connections.ts'
import { within } from './within.ts'

export interface FleetOptions {
  /** Locked by the caller; see data-directory.ts. */
  dataDirectory: string
  engines: Engines
  region: string
  account: string
  /** Who may do what, by the AWS APIs and at brokers; without any, nobody. */
  identities?: Identities
  effects: {
    clock: Clock
    disk: Disk
    network: Network
    random: Random
    logger: Logger
    processes: Processes
    machine?: Machine
  }
  /** How long creations and changes take; what is made for a start itself (`hurried`) takes no longer than it must. */
  pace?: Pace
  hurried?: string | null
  /** Where exporters of brokers are shown; without one they are not. */
  pages?: PageHost
  /** Without it nothing is reached from beyond this machine. */
  reach?: Reach
  /** Where the default ports of first brokers are looked for, and those between nodes. */
  kafkaPortBase?: number
  innerPortBase?: number
  /**
   * A Kafka port that the user asks for (0: any free one): the first broker of the cluster of that name gets
   * it or an error. Without a name it is where new clusters look first.
   */
  kafkaPort?: { port: number; cluster: string | null } | null
  /** The names of clusters that start without what is broken or gone of their metadata. */
  metadataLossAccepted?: readonly string[]
}

export interface Fleet {
  /** What the AWS operations work on. */
  readonly clusters: Clusters
  /** Those of Secrets Manager. */
  readonly secrets: Secrets
  readonly channels: Channels
  readonly replicators: Replicators
  readonly storageScaling: StorageScaling
  readonly monitoring: Monitoring
  /** Those of brokers, and the log groups of CloudWatch Logs. */
  readonly logs: BrokerLogs
  readonly vpcConnections: VpcConnections
  /** Vouches for brokers and clients. */
  readonly authority: Authority
  readonly identities: Identities
  /**
   * Reads the clusters and starts them; resolves when each has been tried once, or after a while. Rejects with an OperatingError
   * where the data directory cannot be read or an explicit Kafka port is taken. A single cluster that does not
   * start, or whose record cannot be read, tells so in its state.
   */
  start(): Promise<void>
  /** Stops every broker cleanly. */
  stop(): Promise<void>
  status(): ClusterStatus[]
  /** Stops a broker on purpose, or lets it run again; the cluster says so until then. Says why not, as a sentence. */
  holdBroker(cluster: string, nodeId: number, isHeld: boolean): string | null
  /** Of a cluster that runs, by its name; null where there is none. */
  brokersOf(cluster: string): ClusterBrokers | null
  /** Resolves when the loop has nothing to do for the cluster at this moment (retries are not waited for). */
  idle(uuid: string): Promise<void>
}

const kafkaPortBase = 9_092
const innerPortBase = 19_000

/** How long a start waits for the first try of each cluster. */
const restoredMsMax = 60_000

export function createFleet(options: FleetOptions): Fleet {
  return new FleetOfClusters(options)
}

class FleetOfClusters implements Fleet {
  readonly clusters: Clusters
  readonly #options: FleetOptions
  readonly authority: Authority
  readonly identities: Identities
  readonly secrets: Secrets
  readonly #privateAuthorities: PrivateAuthorities
  readonly #exporters: Exporters
  readonly channels: Channels
  readonly replicators: Replicators
  readonly storageScaling: StorageScaling
  readonly monitoring: Monitoring
  readonly logs: BrokerLogs
  readonly vpcConnections: VpcConnections
  readonly #capacity: ServerlessCapacity
  readonly #settings: ReconcileSettings
  readonly #store: ClusterStore
  readonly #loop: ReconcileLoop
  readonly #portsLock = new Mutex()
  readonly #startsLimits = new Map<Engine, Limit>()
  readonly #runtimes = new Map<string, ClusterRuntime>()
  readonly #accesses = new Map<string, ClusterAccess>()
  /** Those that were there at the start, until they have been tried once. */
  readonly #onTheirWay = new Set<string>()
  #certificateTimer: Timer | null = null

  constructor(options: FleetOptions) {
    const { dataDirectory, effects, engines, region, account } = options
    this.#options = options
    this.authority = new Authority(options.effects, options.dataDirectory)
    this.#privateAuthorities = new PrivateAuthorities(effects, dataDirectory, this.authority.directory)
    this.identities = options.identities ?? noIdentities(options)
    this.#settings = {
      reach: options.reach ?? loopbackReach,
      kafkaPortBase: options.kafkaPortBase ?? kafkaPortBase,
      innerPortBase: options.innerPortBase ?? innerPortBase,
      askedPort: options.kafkaPort ?? null,
      metadataLossAccepted: options.metadataLossAccepted ?? [],
      pace: options.pace ?? 'instant',
      hurried: options.hurried ?? null,
      accessOf: (record) => this.#accessOf(record),
    }
    this.#store = clusterStore({ disk: effects.disk, logger: effects.logger, dataDirectory })
    this.#loop = new ReconcileLoop(effects.clock, effects.logger, (uuid) => this.#reconcile(uuid))
    const place = placeOf(region, account)
    this.secrets = new Secrets({ ...effects, dataDirectory, place, onChange: (arn) => this.#onSecret(arn) })
    const hasCluster = (arn: string) => this.#hasCluster(arn)
    this.channels = new Channels({ ...effects, dataDirectory, place, hasCluster })
    this.replicators = new Replicators({ ...effects, dataDirectory, place })
    const isOpen = (connection: VpcConnectionRecord) => this.#isOpen(connection)
    this.vpcConnections = new VpcConnections({ ...effects, dataDirectory, place, isOpen })
    this.clusters = new Clusters({
      place,
      configurations: new Configurations({ ...effects, dataDirectory, place, engines }),
      reach: this.#settings.reach,
      store: this.#store,
      effects,
      engines,
      privateAuthorities: this.#privateAuthorities,
      findings: (uuid) => this.#findings(uuid),
      observed: (uuid) => this.#runtimes.get(uuid)?.cluster?.nodes() ?? [],
      onPolicy: (uuid) => this.#accesses.get(uuid)?.policyChanged(),
      logDirectories: async (uuid) =>
        (await this.#runtimes.get(uuid)?.cluster?.brokers.logDirectories()) ?? [],
      topics: (uuid) => this.#runtimes.get(uuid)?.cluster?.brokers.topics,
      trigger: (uuid) => {
        // What is under way for a cluster that shall go need not be brought to its end.
        if (this.#store.get(uuid)?.state === 'DELETING') this.#runtimes.get(uuid)?.abort.abort()
        this.#loop.trigger(uuid)
      },
    })
    const shared = { ...effects, dataDirectory, place, clusters: this.clusters }
    this.logs = new BrokerLogs(shared)
    this.storageScaling = new StorageScaling(shared)
    const runningOf = (uuid: string) => this.#runtimes.get(uuid)?.cluster ?? null
    this.monitoring = new Monitoring({ ...shared, runningOf })
    this.#capacity = new ServerlessCapacity({ ...shared, runningOf })
    const { host } = this.#settings.reach
    const { pages } = options
    const { machine } = effects
    this.#exporters = new Exporters({
      ...shared,
      runningOf,
      monitoring: this.monitoring,
      host,
      pages,
      machine,
    })
  }

  #findings(uuid: string): Finding[] {
    const { cluster, trustProblems = [] } = this.#runtimes.get(uuid) ?? {}
    const lost = this.logs.problems(uuid)
    const sentences = [...trustProblems, ...plainNodesSentences(this.#store.get(uuid)), ...lost]
    const own = sentences.map((message): Finding => ({ code: 'NOT_AS_CONFIGURED', message }))
    return [...(cluster?.findings() ?? []), ...own]
  }

  async start(): Promise<void> {
    try {
      this.#store.load()
      this.clusters.configurations.load()
      this.secrets.load()
      this.channels.load()
      this.replicators.load()
      this.vpcConnections.load()
      this.storageScaling.load()
      this.monitoring.load()
      this.#capacity.begin()
      this.logs.load()
    } catch (error) {
      throw explained(this.#options.dataDirectory, error)
    }
    await this.#checkAskedPort()
    const restored = Promise.all(this.#store.list().map((record) => this.#restore(record)))
    // One that hangs keeps nobody from the others, nor from asking what is wrong with it.
    await within(this.#options.effects.clock, restored, restoredMsMax)
    this.#watchCertificates()
  }

  /** A cluster that nothing happens to would never look at them. */
  #watchCertificates(): void {
    const { clock } = this.#options.effects
    this.#certificateTimer = clock.schedule(trustCheckMs, () => {
      for (const { uuid, spec } of this.#store.list()) {
        const runtime = this.#runtimes.get(uuid)
        if (runtime && (authenticatesByTls(spec) || isCheckDue(runtime, clock))) this.#loop.trigger(uuid)
      }
      this.#watchCertificates()
    })
  }

  /** The port may be held by a broker of ours that a former service left running. */
  async #checkAskedPort(): Promise<void> {
    const asked = this.#settings.askedPort
    if (!asked || asked.port === 0) return
    const isOurs = this.#store
      .list()
      .some(({ name, ports }) => name === asked.cluster && ports.some(({ port }) => port === asked.port))
    if (isOurs) return
    if (!(await isFree(this.#options.effects.network, this.#settings.reach.host, asked.port)))
      throw portTaken(asked.port)
  }

  async #restore(record: ClusterRecord): Promise<void> {
    // What stood in the way of a creation may be gone: a new start is a new attempt.
    if (record.state === 'FAILED') this.#store.note(record.uuid, { state: 'CREATING', stateInfo: null })
    this.#loop.trigger(record.uuid)
    // A change of the cluster goes on where it was; the service serves meanwhile.
    if (activeChange(record)) return
    this.#onTheirWay.add(record.uuid)
    await this.#loop.idle(record.uuid)
    this.#onTheirWay.delete(record.uuid)
  }

  async stop(): Promise<void> {
    this.#certificateTimer?.cancel()
    this.storageScaling.stop()
    this.monitoring.stop()
    this.#capacity.stop()
    await this.#exporters.stop()
    for (const { abort, paceTimer } of this.#runtimes.values()) {
      paceTimer?.cancel()
      abort.abort()
    }
    await this.#loop.stop()
    await Promise.all([this.channels, this.replicators, this.vpcConnections].map((one) => one.stop()))
    const stopped = await Promise.allSettled(
      [...this.#runtimes.values()].map(async ({ cluster }) => cluster?.stop()),
    )
    this.#runtimes.clear()
    this.logs.stop()
    const failed = stopped.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  holdBroker(name: string, nodeId: number, isHeld: boolean): string | null {
    const record = this.#store.byName(name)
    const runtime = record && this.#runtimes.get(record.uuid)
    if (!record || !runtime?.cluster) return `There is no cluster ${name} that runs.`
    if (!record.nodes.some((node) => sameNode(node, { role: 'broker', nodeId })))
      return `${name} has no broker ${nodeId}.`
    const isFree = record.state === 'ACTIVE' || record.state === 'HEALING'
    if (isHeld && (!isFree || activeChange(record)))
      return `${name} is ${record.state}: nothing is stopped then.`
    if (isHeld) runtime.heldBrokers.add(nodeId)
    else runtime.heldBrokers.delete(nodeId)
    this.#loop.trigger(record.uuid)
    return null
  }

  brokersOf(name: string): ClusterBrokers | null {
    const record = this.#store.byName(name)
    return (record && this.#runtimes.get(record.uuid)?.cluster?.brokers) ?? null
  }

  status(): ClusterStatus[] {
    const readable = this.#store.list().map((record) => {
      const runtime = this.#runtimes.get(record.uuid)
      return statusOf(record, {
        cluster: runtime?.cluster ?? null,
        stateInfo: this.clusters.stateInfo(record),
        directory: this.#store.directoryOf(record.uuid),
        addresses: this.clusters.addresses(record),
        isOnItsWay: this.#onTheirWay.has(record.uuid),
        movedPorts: runtime?.movedPorts ?? [],
      })
    })
    const unreadable = this.#store.unreadable()
    return [
      ...readable,
      ...unreadable.map((one) => statusOfUnreadable(one, this.#store.directoryOf(one.uuid))),
    ]
  }

  idle(uuid: string): Promise<void> {
    return this.#loop.idle(uuid)
  }

  #accessOf({ uuid, arn }: ClusterRecord): ClusterAccess {
    const known = this.#accesses.get(uuid)
    if (known) return known
    const access = new ClusterAccess(this.identities, arn, () => this.#store.get(uuid)?.policy?.text ?? null)
    this.#accesses.set(uuid, access)
    return access
  }

  /** Who logs in by a secret does so by what it says from now on. */
  #onSecret(arn: string): void {
    for (const { uuid, scramSecrets } of this.#store.list())
      if (scramSecrets?.includes(arn)) this.#loop.trigger(uuid)
  }

  /** Does a connection's cluster take clients that come by its VPC? What a change takes away goes when it has ended. */
  #isOpen({ clusterArn, authentication }: VpcConnectionRecord): boolean {
    const record = this.#store.byArn(clusterArn)
    if (!record || record.state === 'DELETING') return false
    const schemes = vpcSchemesOfCluster({ ...record.spec, ...activeChange(record)?.source })
    return schemes.some((scheme) => scheme === authentication)
  }

  /** One whose record cannot be read may be anybody's. */
  #hasCluster(arn: string): boolean {
    return this.#store.byArn(arn) !== undefined || this.#store.unreadable().length > 0
  }

  async #reconcile(uuid: string) {
    const record = this.#store.get(uuid)
    const runtime = this.#runtimes.get(uuid) ?? this.#newRuntime(uuid)
    this.#runtimes.set(uuid, runtime)
    const engine = this.#engineOf(record)
    const outcome = await reconcileCluster(uuid, {
      store: this.#store,
      runtime,
      engine,
      effects: this.#options.effects,
      settings: this.#settings,
      authority: this.authority,
      privateAuthorities: this.#privateAuthorities,
      secrets: this.secrets,
      portsLock: this.#portsLock,
      startsLimit: this.#startsLimitOf(engine),
      trigger: () => this.#loop.trigger(uuid),
    })
    if (!this.#store.get(uuid) && !runtime.cluster) {
      this.#runtimes.delete(uuid)
      this.#accesses.delete(uuid)
    }
    this.vpcConnections.look()
    this.channels.look()
    await this.#exporters.look()
    return outcome
  }

  #newRuntime(uuid: string): ClusterRuntime {
    const { effects } = this.#options
    return {
      cluster: null,
      abort: new AbortController(),
      toldFailures: new Set(),
      heldBrokers: new Set(),
      portsChecked: false,
      scramUsersChecked: false,
      volumeBytes: null,
      partitionsPlaced: false,
      settled: false,
      isReported: false,
      paceTimer: null,
      failedAttempts: 0,
      nodeAuthority: new NodeAuthority(effects, this.#store.directoryOf(uuid), uuid),
      certificatesCheckedAtMs: Number.NEGATIVE_INFINITY,
      trustProblems: [],
      renewedNodes: new Set(),
      movedPorts: [],
    }
  }

  #startsLimitOf(engine: Engine): Limit {
    const limit = this.#startsLimits.get(engine) ?? new Limit(engine.nodeStartsMax)
    this.#startsLimits.set(engine, limit)
    return limit
  }

  #engineOf(record: ClusterRecord | undefined): Engine {
    const { engines } = this.#options
    const engine = record ? engines.of(record.engine) : engines.default
    if (!engine) throw new Error(`this service has no engine ${record?.engine}`)
    return engine
  }
}

/** Nobody. */
function noIdentities({ region, account }: FleetOptions): Identities {
  return new Identities({ ...placeOf(region, account), ownerKey: null, keys: [], table: emptyTable })
}
