import { createHash } from 'node:crypto'
import type { Clock, Disk, Logger, Network, Processes, Random } from '@sluice/effects'
import {
  type Cluster,
  checkBrokerProperties,
  type ControllerNode,
  controllerProperties,
  ignoredBrokerProperties,
  type ListenerOptions,
  type Loss,
  lossSentences,
  MetadataDamagedError,
  startCluster,
} from '@sluice/engine'
import { capitalized, metadataDamaged, OperatingError } from '../operating-error.ts'
import { ClusterClient } from './brokers/cluster-client.ts'
import {
  type ClusterPlan,
  type Engine,
  type EngineCluster,
  type EngineClusterOptions,
  ListenerName,
  type NodeKey,
  type NodePlan,
  nodeName,
  nodeOf,
  type ObservedNode,
  sameNode,
} from './engine.ts'

interface EmbeddedEffects {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  logger: Logger
  processes: Processes
}

const software = 'Sluice’s own brokers, which follow Apache Kafka 4.4.0'
/**
 * KRaft names only: there is no ZooKeeper here. The same brokers stand behind all of them; the older ones are
 * names that MSK knows and that tools and templates carry.
 */
const kafkaVersions = ['3.9.x.kraft', '4.0.x.kraft', '4.1.x.kraft', '4.4.x.kraft']

/** Our own Kafka, inline: all nodes of a cluster live in the service's process. */
export function embeddedEngine(effects: EmbeddedEffects): Engine {
  return {
    name: 'embedded',
    kafkaVersions: kafkaVersions.map((version) => ({ version, status: 'ACTIVE', software })),
    defaultKafkaVersion: '4.4.x.kraft',
    compactsLogs: false,
    // They share a process and its event loop.
    nodeStartsMax: Number.POSITIVE_INFINITY,
    ignoredProperties: ignoredBrokerProperties,
    checkProperties: (properties) => checkBrokerProperties(properties),
    topology: () => ({
      quorum: { role: 'controller', nodeIds: [controllerId] },
      listeners: { broker: [ListenerName.client], quorum: [ListenerName.controller] },
    }),
    compatibleVersions: (from) => kafkaVersions.slice(kafkaVersions.indexOf(from) + 1),
    // What ran in a former process ended with it.
    open: async (options) => new EmbeddedCluster(options, effects),
  }
}

/**
 * The one controller's node id. MSK's controllers are not among the broker ids; this leaves room for every broker
 * that a cluster can ever have.
 */
const controllerId = 10_001

class EmbeddedCluster implements EngineCluster {
  readonly #options: EngineClusterOptions
  readonly #effects: EmbeddedEffects
  readonly brokers: ClusterClient
  /** From the first start of the controller on. */
  #running: Cluster | null = null
  #clusterId: string | null = null
  /** What their starts have found lost, by node id. */
  readonly #losses = new Map<number, Loss[]>()
  /** Under which plan the nodes run that do. */
  readonly #nodes: { plan: ClusterPlan; node: NodePlan }[] = []

  constructor(options: EngineClusterOptions, effects: EmbeddedEffects) {
    this.#options = options
    this.#effects = effects
    this.brokers = new ClusterClient(effects, () => this.nodes())
  }

  get clusterId(): string | null {
    return this.#clusterId
  }

  findings(): string[] {
    return [...this.#losses].flatMap(([nodeId, losses]) => {
      const name = nodeName({ role: nodeId === controllerId ? 'controller' : 'broker', nodeId })
      return lossSentences(losses).map((sentence) => `${capitalized(name)}: ${sentence}`)
    })
  }

  nodes(): ObservedNode[] {
    return this.#nodes.map(({ plan, node }) => {
      const broker = this.#running?.brokers.find(({ nodeId }) => nodeId === node.nodeId)
      const reason = (node.role === 'controller' ? this.#running?.controller : broker)?.failure
      const failure = reason === undefined ? null : `${capitalized(nodeName(node))} failed: ${reason}`
      const volume = node.role === 'controller' ? 'controller' : `broker-${node.nodeId}`
      return {
        role: node.role,
        nodeId: node.nodeId,
        state: failure === null ? 'running' : 'failed',
        failure,
        fingerprint: this.fingerprint(plan, node),
        local: {
          pid: this.#effects.processes.pid,
          directory: `${this.#options.directory}/${volume}/volume-1`,
        },
        listeners: node.listeners.map(({ name, host, port }) => ({
          name,
          host,
          port: broker?.listeners.find((one) => one.name === name)?.port ?? port,
        })),
      }
    })
  }

  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    const properties = Object.entries(nodeProperties(plan, key)).sort()
    return createHash('sha256')
      .update(JSON.stringify([plan.kafkaVersion, properties, nodeOf(plan, key)]))
      .digest('hex')
      .slice(0, 16)
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const node = nodeOf(plan, key)
    this.#forget(key)
    if (node.role === 'controller') await this.#startController(plan, node)
    else await this.#startBroker(plan, node, signal)
    this.#nodes.push({ plan, node })
  }

  async #startController(plan: ClusterPlan, node: NodePlan): Promise<void> {
    const { nodeId } = node
    const [{ host, port } = { host: '', port: 0 }] = node.listeners
    const controller = { nodeId, host, port }
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
      acceptsMetadataLoss: this.#options.acceptsMetadataLoss,
      onLoss: (nodeId, loss) => this.#losses.set(nodeId, [...(this.#losses.get(nodeId) ?? []), loss]),
      onBrokerFailure: () => this.#options.onChange(),
      onControllerFailure: () => this.#options.onChange(),
    })
    this.#clusterId = this.#running.clusterId
  }

  /** What a person can do about metadata that is lost. */
  readonly #explain = (error: unknown): never => {
    if (!(error instanceof MetadataDamagedError)) throw error
    const { directory, name } = this.#options
    const accept = `, or go on without it: start with --accept-metadata-loss ${name}. What is cut off is kept in a file beside, and the logs of topics that are then unknown are put aside`
    throw new OperatingError(
      `The metadata of ${name} is damaged, so it was not started and nothing was changed.`,
      {
        code: metadataDamaged,
        why: error.message,
        next: `Bring ${directory}/controller back from a copy and start again${error.isAcceptable ? accept : ''}.`,
        isFinal: true,
        cause: error,
      },
    )
  }

  async #startBroker(plan: ClusterPlan, node: NodePlan, signal?: AbortSignal): Promise<void> {
    const { nodeId, rack, listeners } = node
    const cluster = this.#running
    if (!cluster) throw new Error(`broker ${nodeId} is started before its controller`)
    const broker = { nodeId, rack, listeners: listeners.map(listenerOptions) }
    await cluster.startBroker(broker, nodeProperties(plan, node), signal)
  }

  async stopNode(key: NodeKey): Promise<void> {
    this.#forget(key)
    if (key.role === 'controller') await this.#running?.stopController()
    else await this.#running?.stopBroker(key.nodeId)
  }

  #forget(key: NodeKey): void {
    const at = this.#nodes.findIndex(({ node }) => sameNode(node, key))
    if (at >= 0) this.#nodes.splice(at, 1)
  }

  async removeNode(plan: ClusterPlan, { role, nodeId }: NodeKey): Promise<void> {
    if (role === 'broker') await this.brokers.unregister(plan, nodeId)
    const { disk } = this.#effects
    disk.removeSync(`${this.#options.directory}/${role === 'controller' ? role : `broker-${nodeId}`}`)
  }

  async health(plan: ClusterPlan): Promise<string | null> {
    const nodes = this.nodes()
    for (const { role, nodeId } of plan.nodes) {
      const node = nodes.find((one) => sameNode(one, { role, nodeId }))
      if (!node) return `${capitalized(nodeName({ role, nodeId }))} does not run.`
      if (node.failure !== null) return node.failure
    }
    return this.brokers.health(plan)
  }

  /** Every name of a version stands for the same software: there is nothing to raise. */
  async finalizeVersion(): Promise<void> {}

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = null
    this.#nodes.length = 0
    await running?.stop()
  }
}

function listenerOptions({ name, host, port }: NodePlan['listeners'][number]): ListenerOptions {
  return { name, protocol: 'PLAINTEXT', host, port }
}

/** What of the plan's properties this node gets: one that only brokers know must not start the controller anew. */
function nodeProperties(plan: ClusterPlan, { role }: NodeKey): Readonly<Record<string, string>> {
  return role === 'controller' ? controllerProperties(plan.properties) : plan.properties
}
