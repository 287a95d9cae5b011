import type { Disk, Listener, Network } from '@sluice/effects'
import {
  type ClientListenerName,
  type ClusterBrokers,
  type ClusterPlan,
  type Engine,
  type EngineCluster,
  type Finding,
  type EngineClusterOptions,
  type Hosting,
  ListenerName,
  type NodeKey,
  nodeName,
  nodeOf,
  type ObservedNode,
  type PropertyProblem,
  sameNode,
  type TopologySpec,
} from '../engine.ts'
import type {
  BrokerFigures,
  ClusterOverview,
  ConsumerOffset,
  LogDirectory,
  SaltedCredential,
} from '../cluster-view.ts'
import { FakeTopics } from './fake-topics.ts'

const versions = ['3.9.x', '3.9.x.kraft', '4.1.x.kraft', '4.4.x.kraft']

/**
 * An engine for tests: its nodes keep a file and listen, and that is all. It obeys the contract of engine.ts,
 * so that what the fleet does with it holds for a real one. Its nodes outlive the fleet that started them, as
 * processes do, until they are stopped.
 */
export class FakeEngine implements Engine {
  readonly name
  readonly kafkaVersions = versions.map((version) => ({
    version,
    status: 'ACTIVE' as const,
    software: `Kafka ${version}`,
  }))
  readonly defaultKafkaVersion = '4.4.x.kraft'
  readonly heedsRevocations = true
  readonly clientListeners = new Set<ClientListenerName>(['CLIENT', 'CLIENT_SECURE', 'CLIENT_SASL_SCRAM'])
  readonly loginMechanisms
  readonly hostings
  nodeStartsMax = Number.POSITIVE_INFINITY
  readonly ignoredProperties = new Set(['num.io.threads'])
  /** What was done to nodes, in order: `start broker 1`, `stop broker 1`, `finalize 4.4.x.kraft`. */
  readonly log: string[] = []
  /** The plan of every start of a node. */
  readonly plans: ClusterPlan[] = []
  /** Thrown by the next starts of brokers, the first one first. */
  readonly failures: Error[] = []
  /** Thrown by each start of a broker with such a plan. */
  refuses: (plan: ClusterPlan) => Error | undefined = () => undefined
  /** While set, starts of brokers wait for it, or until they are called off. */
  gate: Promise<void> | null = null
  /** The hostings that its clusters were opened with. */
  readonly hosted: Hosting[] = []
  /** What `health` says; null is all well. */
  problem: string | null = null
  /** What its clusters have found lost. */
  findings: readonly Finding[] = []
  /** What a started node says it runs under. Another text than the plan's is against the contract. */
  runsUnder = (fingerprint: string): string => fingerprint
  /** Partitions of topics on brokers, by id. */
  readonly partitions = new Map<number, number>()
  topicsOfOneReplica: string[] = []
  /** What was done to partitions, in order: `place internal topics on 1, 2, 3`, `restore leaders`. */
  readonly upkeep: string[] = []
  /** What `placeInternalTopics` says, one a call; then all stand where they shall. */
  readonly moving: string[] = []
  /** What `restoreLeaders` says, one a call; then all lead as preferred. */
  readonly away: string[] = []
  /** What its brokers know of users, by name. */
  readonly scramUsers = new Map<string, SaltedCredential>()
  /** Thrown, the first one first, when its brokers have taken users: their answer is lost. */
  readonly scramFailures: Error[] = []
  logDirectories: LogDirectory[] = []
  overview: ClusterOverview | null = null
  consumerOffsets: ConsumerOffset[] = []
  figures: BrokerFigures[] = []
  /** Of the volumes of its brokers, in the order in which it was told. */
  readonly volumes: (number | undefined)[] = []
  readonly topics = new FakeTopics()
  readonly #effects: { disk: Disk; network: Network }
  readonly #clusters = new Map<string, FakeCluster>()

  constructor(effects: { disk: Disk; network: Network }, name: Engine['name'] = 'embedded') {
    this.#effects = effects
    this.name = name
    const more = name === 'embedded' ? ['PLAIN', 'OAUTHBEARER'] : []
    this.loginMechanisms = new Set(['SCRAM-SHA-512', ...more])
    this.hostings = name === 'embedded' ? (['inline', 'process'] as const) : (['process'] as const)
  }

  checkProperties(properties: Readonly<Record<string, string>>): PropertyProblem[] {
    return Object.keys(properties)
      .filter(
        (name) =>
          !/^(allow|num|auto|group|log|offsets|min|default|message|transaction|share|unclean|listener|sasl)\./.test(
            name,
          ),
      )
      .map((name) => ({ name, problem: `${name} is not a broker property` }))
  }

  topology({ kafkaVersion }: TopologySpec) {
    return kafkaVersion.endsWith('.kraft')
      ? ({
          quorum: { role: 'controller', nodeIds: [10_001] },
          listeners: { broker: [], quorum: [ListenerName.controller] },
        } as const)
      : ({
          quorum: { role: 'zookeeper', nodeIds: [1, 2, 3], zookeeperVersion: '3.8.4' },
          listeners: { broker: [], quorum: [ListenerName.zookeeper] },
        } as const)
  }

  compatibleVersions(from: string): string[] {
    return from.endsWith('.kraft') ? versions.slice(versions.indexOf(from) + 1) : []
  }

  async open(options: EngineClusterOptions): Promise<EngineCluster> {
    this.hosted.push(options.hosting)
    let cluster = this.#clusters.get(options.directory)
    if (!cluster) {
      cluster = new FakeCluster(this, this.#effects)
      this.#clusters.set(options.directory, cluster)
    }
    cluster.options = options
    return cluster
  }

  /** How many brokers run. */
  get running(): number {
    const nodes = [...this.#clusters.values()].flatMap((cluster) => cluster.nodes())
    return nodes.filter(({ role, state }) => role === 'broker' && state === 'running').length
  }

  /** A broker of each running cluster, or another node, stops by itself. */
  fail(failure: string, nodeId = 1, role: NodeKey['role'] = 'broker'): void {
    for (const cluster of this.#clusters.values()) cluster.fail({ role, nodeId }, failure)
  }

  /** A node of each cluster gives no answer, or does again. */
  silence(isSilent: boolean): void {
    for (const cluster of this.#clusters.values()) {
      for (const node of cluster.nodes().slice(0, 1)) Object.assign(node, { isSilent })
      cluster.options.onDoubt()
    }
  }
}

interface FakeNode extends ObservedNode {
  open: Listener[]
}

class FakeCluster implements EngineCluster {
  get brokers(): ClusterBrokers {
    return {
      topics: this.#engine.topics,
      logDirectories: async () => this.#engine.logDirectories,
      overview: async () => this.#engine.overview,
      consumerOffsets: async () => this.#engine.consumerOffsets,
      groups: async () => [],
      group: async () => null,
      userPartitions: async (_plan, nodeId) => this.#engine.partitions.get(nodeId) ?? 0,
      topicsOfOneReplica: async () => this.#engine.topicsOfOneReplica,
      placeInternalTopics: async (plan) => {
        const brokers = plan.nodes.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId)
        this.#engine.upkeep.push(`place internal topics on ${brokers.join(', ')}`)
        return this.#engine.moving.shift() ?? null
      },
      placePartitions: async (plan) => {
        const brokers = plan.nodes.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId)
        this.#engine.upkeep.push(`place partitions on ${brokers.join(', ')}`)
        return this.#engine.moving.shift() ?? null
      },
      restoreLeaders: async () => {
        this.#engine.upkeep.push('restore leaders')
        return this.#engine.away.shift() ?? null
      },
      scramUsers: async () => new Set(this.#engine.scramUsers.keys()),
      alterScramUsers: async (_plan, { set, remove }) => {
        for (const user of remove) this.#engine.scramUsers.delete(user)
        for (const credential of set) this.#engine.scramUsers.set(credential.user, credential)
        const failure = this.#engine.scramFailures.shift()
        if (failure) throw failure
      },
    }
  }
  options!: EngineClusterOptions
  clusterId: string | null = null
  readonly #engine: FakeEngine
  readonly #effects: { disk: Disk; network: Network }
  #nodes: FakeNode[] = []

  constructor(engine: FakeEngine, effects: { disk: Disk; network: Network }) {
    this.#engine = engine
    this.#effects = effects
  }

  findings(): readonly Finding[] {
    return this.#engine.findings
  }

  nodes(): readonly ObservedNode[] {
    return this.#nodes
  }

  fingerprint({ kafkaVersion, properties, nodes }: ClusterPlan, key: NodeKey): string {
    return JSON.stringify([kafkaVersion, properties, nodes.find((node) => sameNode(node, key))])
  }

  stranded(): readonly NodeKey[] {
    return []
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const node = nodeOf(plan, key)
    const name = nodeName(key)
    this.#engine.plans.push(plan)
    this.#engine.log.push(`start ${name}`)
    await this.#close(key)
    if (key.role === 'broker') {
      const { gate } = this.#engine
      if (gate) {
        const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve))
        await Promise.race([gate, aborted])
      }
      const failure = this.#engine.refuses(plan) ?? this.#engine.failures.shift()
      if (failure) throw failure
    }
    signal?.throwIfAborted()
    const directory = `${this.options.directory}/${key.role}-${key.nodeId}/volume-1`
    this.#effects.disk.mkdirSync(directory)
    this.#effects.disk.writeFileAtomicSync(`${directory}/data`, 'kept')
    const fingerprint = this.#engine.runsUnder(this.fingerprint(plan, key))
    const open: Listener[] = []
    const started: FakeNode = {
      ...key,
      state: 'running',
      failure: null,
      fingerprint,
      listeners: [],
      open,
    }
    try {
      started.listeners = await Promise.all(
        node.listeners.map(async (wanted) => {
          const listener = await this.#effects.network.listen(wanted, () => idle)
          open.push(listener)
          return { name: wanted.name, host: listener.host, port: listener.port }
        }),
      )
    } catch (error) {
      await Promise.all(open.map((listener) => listener.close()))
      throw error
    }
    this.clusterId = 'AAAAAAAAAAAAAAAAAAAAAQ'
    this.#nodes.push(started)
  }

  async stopNode(key: NodeKey): Promise<void> {
    this.#engine.log.push(`stop ${nodeName(key)}`)
    await this.#close(key)
  }

  async #close(key: NodeKey): Promise<void> {
    const gone = this.#nodes.filter((node) => sameNode(node, key))
    this.#nodes = this.#nodes.filter((node) => !sameNode(node, key))
    await Promise.all(gone.flatMap(({ open }) => open.splice(0).map((listener) => listener.close())))
  }

  async removeNode(_plan: ClusterPlan, { role, nodeId }: NodeKey): Promise<void> {
    this.#engine.log.push(`remove ${role} ${nodeId}`)
    this.#effects.disk.removeSync(`${this.options.directory}/${role}-${nodeId}`)
  }

  async health(): Promise<string | null> {
    return this.#engine.problem
  }

  figures(): BrokerFigures[] {
    return this.#engine.figures
  }

  resizeVolumes({ volumeBytes }: ClusterPlan): void {
    this.#engine.volumes.push(volumeBytes)
  }

  async takeUpCertificates(_plan: ClusterPlan, key: NodeKey): Promise<void> {
    const isRunning = this.#nodes.some((node) => sameNode(node, key) && node.state === 'running')
    if (isRunning) this.#engine.log.push(`certificates of ${key.role} ${key.nodeId}`)
  }

  async finalizeVersion({ kafkaVersion }: ClusterPlan): Promise<void> {
    this.#engine.log.push(`finalize ${kafkaVersion}`)
  }

  async stop(): Promise<void> {
    for (const node of [...this.#nodes]) await this.#close(node)
  }

  fail(key: NodeKey, failure: string): void {
    const node = this.#nodes.find((one) => sameNode(one, key) && one.state === 'running')
    if (!node) return
    for (const listener of node.open.splice(0)) void listener.close()
    node.state = 'failed'
    node.failure = `${key.role === 'broker' ? 'Broker' : 'Controller'} ${key.nodeId} failed: ${failure}`
    this.options.onChange()
  }
}

const idle = { receiveBuffer: () => new Uint8Array(16), onRead() {}, onDrain() {}, onClose() {} }
