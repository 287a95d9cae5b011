import type { Clock, Disk, Logger, Network, Processes, Random, Urls } from '@sluice/effects'
import {
  type Cluster,
  type ControllerNode,
  type Interceptor,
  type Loss,
  MetadataDamagedError,
  startCluster,
  type Tap,
} from '@sluice/engine'
import { capitalized } from '../../operating-error.ts'
import { ClusterClient } from '../brokers/cluster-client.ts'
import { followMinInsyncReplicas } from '../brokers/min-insync-replicas.ts'
import {
  type ClusterPlan,
  type EngineCluster,
  type EngineClusterOptions,
  type Finding,
  ListenerName,
  type NodeKey,
  type NodePlan,
  nodeName,
  nodeOf,
  type ObservedNode,
  sameNode,
} from '../engine.ts'
import type { BrokerFigures } from '../cluster-view.ts'
import { DiskWatch } from './disk-watch.ts'
import { ServerLogs } from './server-logs.ts'
import { iamMechanisms } from './iam-mechanisms.ts'
import {
  controllerOf,
  damageExplained,
  directoryNameOf,
  diskFindings,
  fingerprintOf,
  keyOf,
  listenersOf,
  lossFindings,
  nodeProperties,
} from './nodes.ts'

interface InlineEffects {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  logger: Logger
  processes: Processes
  /** Where the keys of issuers of tokens are read. */
  urls?: Urls
  /** What sees the requests of clients beside those who serve them. */
  interceptor?: Interceptor | undefined
  tap?: Tap | undefined
}

/** All nodes of a cluster live in the service's process, and end with it. */
export class InlineCluster implements EngineCluster {
  readonly #options: EngineClusterOptions
  readonly #effects: InlineEffects
  readonly #serverLogs: ServerLogs
  readonly #diskWatch: DiskWatch
  readonly brokers: ClusterClient
  /** From the first start of the controller on. */
  #running: Cluster | null = null
  #clusterId: string | null = null
  /** What their starts have found lost, by node id. */
  readonly #losses = new Map<number, Loss[]>()
  /** Those that run, by the plan under which each was started. */
  readonly #nodes: { node: NodePlan; fingerprint: string }[] = []

  constructor(options: EngineClusterOptions, effects: InlineEffects) {
    this.#options = options
    this.#serverLogs = new ServerLogs({ ...effects, directory: options.directory })
    this.#effects = { ...effects, logger: this.#serverLogs.beside(effects.logger) }
    this.brokers = new ClusterClient({ ...effects, credentials: options.credentials }, () => this.nodes())
    this.#diskWatch = new DiskWatch({
      clock: effects.clock,
      isFailing: () => this.#diskFindings().length > 0,
      onChange: options.onDoubt,
    })
  }

  get clusterId(): string | null {
    return this.#clusterId
  }

  findings(): Finding[] {
    const losses = [...this.#losses].flatMap(([nodeId, ofNode]) => lossFindings(keyOf(nodeId), ofNode))
    return [...this.#diskFindings(), ...losses]
  }

  #diskFindings(): Finding[] {
    const { controller = null, brokers = [] } = this.#running ?? {}
    const failing = [...(controller ? [controller] : []), ...brokers].flatMap(({ nodeId, diskFailure }) =>
      diskFailure ? [{ ...keyOf(nodeId), ...diskFailure }] : [],
    )
    return diskFindings(failing)
  }

  nodes(): ObservedNode[] {
    return this.#nodes.map(({ node, fingerprint }) => {
      const broker = this.#running?.brokers.find(({ nodeId }) => nodeId === node.nodeId)
      const reason = (node.role === 'controller' ? this.#running?.controller : broker)?.failure
      const failure = reason === undefined ? null : `${capitalized(nodeName(node))} failed: ${reason}`
      return {
        role: node.role,
        nodeId: node.nodeId,
        state: failure === null ? 'running' : 'failed',
        failure,
        fingerprint,
        local: {
          pid: this.#effects.processes.pid,
          directory: `${this.#options.directory}/${directoryNameOf(node)}/volume-1`,
        },
        listeners: node.listeners.map((listener) => ({
          ...listener,
          port: broker?.listeners.find(({ name }) => name === listener.name)?.port ?? listener.port,
        })),
      }
    })
  }

  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    return fingerprintOf(plan, key)
  }

  /** The controller is asked by calls. */
  stranded(): readonly NodeKey[] {
    return []
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const node = nodeOf(plan, key)
    this.#forget(key)
    if (node.role === 'controller') await this.#startController(plan, node)
    else await this.#startBroker(plan, node, signal)
    this.#nodes.push({ node, fingerprint: fingerprintOf(plan, node) })
    if (key.role === 'broker')
      await followMinInsyncReplicas(this.#effects.disk, this.#options.directory, plan, this.brokers)
  }

  async #startController(plan: ClusterPlan, node: NodePlan): Promise<void> {
    const controller = controllerOf(plan)
    const properties = nodeProperties(plan, node)
    if (this.#running) await this.#running.startController(controller, properties).catch(this.#explain)
    else await this.#startCluster(controller, properties).catch(this.#explain)
  }

  async #startCluster(controller: ControllerNode, properties: Readonly<Record<string, string>>) {
    this.#running = await startCluster({
      directory: this.#options.directory,
      controller,
      brokers: [],
      properties,
      effects: this.#effects,
      interceptor: this.#effects.interceptor,
      tap: this.#effects.tap,
      acceptsMetadataLoss: this.#options.acceptsMetadataLoss,
      onLoss: (nodeId, loss) => this.#losses.set(nodeId, [...(this.#losses.get(nodeId) ?? []), loss]),
      onBrokerFailure: () => this.#options.onChange(),
      onControllerFailure: () => this.#options.onChange(),
    })
    this.#clusterId = this.#running.clusterId
  }

  readonly #explain = (error: unknown): never => {
    throw error instanceof MetadataDamagedError ? damageExplained(this.#options, error) : error
  }

  async #startBroker(plan: ClusterPlan, node: NodePlan, signal?: AbortSignal): Promise<void> {
    const { nodeId, rack, listeners } = node
    const cluster = this.#running
    if (!cluster) throw new Error(`broker ${nodeId} is started before its controller`)
    const logger = this.#effects.logger.with({ broker: nodeId })
    const ofIam = iamMechanisms(this.#options.access, listeners, { ...this.#effects, logger })
    const { volumeBytes, limits } = plan
    const mechanisms = { [ListenerName.clientIam]: ofIam }
    const broker = { nodeId, rack, listeners: listenersOf(plan, node), mechanisms, volumeBytes, limits }
    const own = this.#serverLogs.of(nodeId)
    own.info('starts', { role: node.role, node: nodeId })
    await cluster.startBroker(broker, nodeProperties(plan, node), signal)
    own.info('serves', { role: node.role, node: nodeId })
  }

  async stopNode(key: NodeKey): Promise<void> {
    this.#forget(key)
    if (key.role === 'controller') await this.#running?.stopController()
    else await this.#stopBroker(key.nodeId)
  }

  async #stopBroker(nodeId: number): Promise<void> {
    const own = this.#serverLogs.of(nodeId)
    own.info('stops', { clean: true })
    await this.#running?.stopBroker(nodeId)
    own.info('stopped')
    this.#serverLogs.close(nodeId)
  }

  #forget(key: NodeKey): void {
    const at = this.#nodes.findIndex(({ node }) => sameNode(node, key))
    if (at >= 0) this.#nodes.splice(at, 1)
  }

  async removeNode(plan: ClusterPlan, key: NodeKey): Promise<void> {
    if (key.role === 'broker') await this.brokers.unregister(plan, key.nodeId)
    this.#serverLogs.close(key.nodeId)
    this.#effects.disk.removeSync(`${this.#options.directory}/${directoryNameOf(key)}`)
  }

  async health(plan: ClusterPlan): Promise<string | null> {
    const nodes = this.nodes()
    for (const { role, nodeId } of plan.nodes) {
      const node = nodes.find((one) => sameNode(one, { role, nodeId }))
      if (!node) return `${capitalized(nodeName({ role, nodeId }))} does not run.`
      if (node.failure !== null) return node.failure
    }
    const [disk] = this.#diskFindings()
    return disk?.message ?? this.brokers.health(plan)
  }

  /** Brokers and controller look at their files by themselves. */
  async takeUpCertificates(): Promise<void> {}

  figures(): BrokerFigures[] {
    return this.#running?.figures() ?? []
  }

  resizeVolumes({ nodes, volumeBytes }: ClusterPlan): void {
    if (volumeBytes === undefined) return
    for (const { nodeId } of nodes) this.#running?.resizeVolume(nodeId, volumeBytes)
  }

  /** Every name of a version stands for the same software: there is nothing to raise. */
  async finalizeVersion(): Promise<void> {}

  async stop(): Promise<void> {
    const running = this.#running
    this.#diskWatch.end()
    this.#running = null
    this.#nodes.length = 0
    await running?.stop()
    this.#serverLogs.closeAll()
  }
}
