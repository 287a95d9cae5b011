import { fencingHeartbeat } from '@sluice/client'
import type { Loss } from '@sluice/engine'
import { BrokerHeartbeat } from '@sluice/wire'
import { capitalized } from '../../operating-error.ts'
import { askNode, type RemoteEffects } from '../brokers/ask-node.ts'
import { ClusterClient } from '../brokers/cluster-client.ts'
import { followMinInsyncReplicas } from '../brokers/min-insync-replicas.ts'
import {
  type ClusterPlan,
  type EngineCluster,
  type EngineClusterOptions,
  type Finding,
  type NodeKey,
  nodeName,
  nodeOf,
  type ObservedNode,
} from '../engine.ts'
import type { BrokerFigures } from '../cluster-view.ts'
import { DiskWatch } from './disk-watch.ts'
import { readFigures, removeFigures } from './figures-file.ts'
import { IamFiles } from './iam-files.ts'
import { hasIam } from './iam-mechanisms.ts'
import { kafkaNodeAnswers, kafkaNodeServes } from '../supervision/readiness.ts'
import type { SupervisedNode, SupervisionEffects } from '../supervision/supervised-node.ts'
import { SupervisedNodes } from '../supervision/supervised-nodes.ts'
import {
  emptyReport,
  type NodeReport,
  readReport,
  renewVolume,
  startedWith,
  writeNodeFile,
  writeReport,
} from './node-file.ts'
import {
  controllerOf,
  damageExplained,
  directoryNameOf,
  diskFindings,
  fingerprintOf,
  listenersOf,
  lossFindings,
  nodeOfDirectory,
  nodeProperties,
} from './nodes.ts'

/** How the process of a node is started. */
export interface NodeProgram {
  command: string
  /** Its own arguments, which end with the program. */
  program: readonly string[]
  /** Another text for another build. */
  build: string
}

const readyPollMs = 20
/** Nobody waits longer for a controller that may have died with the broker. */
const fenceTimeoutMs = 1_000

interface LossesOfNode {
  readonly key: NodeKey
  /** Of the processes before. */
  readonly earlier: readonly Loss[]
  /** As far as the process of now has said. */
  readonly current: readonly Loss[]
}

/** Each node of a cluster lives in a process of its own, and outlives the service. */
export class ProcessCluster implements EngineCluster {
  readonly #options: EngineClusterOptions
  readonly #effects: SupervisionEffects & RemoteEffects
  readonly #program: NodeProgram
  /** Where brokers learn what is to go wrong; null but for development. */
  readonly #faultDirectory: string | null
  readonly #nodes: SupervisedNodes
  readonly brokers: ClusterClient
  /** What nodes have told as lost, by their names. */
  readonly #losses = new Map<string, LossesOfNode>()
  #acceptsMetadataLoss: boolean
  readonly #iamFiles: IamFiles
  readonly #diskWatch: DiskWatch

  /** Finds the nodes that an earlier service left running. */
  constructor(
    options: EngineClusterOptions,
    effects: SupervisionEffects,
    program: NodeProgram,
    faultDirectory: string | null,
  ) {
    this.#options = options
    this.#effects = { ...effects, credentials: options.credentials }
    this.#program = program
    this.#faultDirectory = faultDirectory
    this.#acceptsMetadataLoss = options.acceptsMetadataLoss ?? false
    this.#nodes = new SupervisedNodes({
      cluster: options,
      names: { nameOf: directoryNameOf, keyOf: nodeOfDirectory },
      effects,
      answers: (_, listeners) => kafkaNodeAnswers(this.#effects, listeners),
      onEnd: (node) => this.#ended(node),
    })
    this.brokers = new ClusterClient(this.#effects, () => this.nodes())
    this.#iamFiles = new IamFiles(options.access, effects, () =>
      this.#nodes.observe().map((node) => this.#nodes.of(node).directories),
    )
    this.#diskWatch = new DiskWatch({
      clock: effects.clock,
      isFailing: () => this.#diskFindings().length > 0,
      onChange: options.onDoubt,
    })
  }

  get clusterId(): string | null {
    return this.#nodes.clusterId
  }

  findings(): Finding[] {
    for (const { role, nodeId } of this.nodes()) this.#learnLosses({ role, nodeId })
    const losses = [...this.#losses.values()].flatMap(({ key, earlier, current }) =>
      lossFindings(key, [...earlier, ...current]),
    )
    return [...this.#diskFindings(), ...losses]
  }

  #diskFindings(): Finding[] {
    const running = this.nodes().filter(({ state }) => state === 'running')
    return diskFindings(
      running.flatMap(({ role, nodeId }) => {
        const { diskFailure } = this.#reportOf({ role, nodeId })
        return diskFailure ? [{ role, nodeId, ...diskFailure }] : []
      }),
    )
  }

  nodes(): readonly ObservedNode[] {
    return this.#nodes.observe().map((node) => (node.state === 'failed' ? this.#withReason(node) : node))
  }

  /** It may have said itself what stopped it; that its process has ended then says nothing more. */
  #withReason(node: ObservedNode): ObservedNode {
    const { failure } = this.#reportOf(node)
    return failure === null ? node : { ...node, failure: `${capitalized(nodeName(node))} failed: ${failure}` }
  }

  /** A broker knows its controller by the address, and is for development or is not. */
  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    const { host, port } = controllerOf(plan)
    const faults = key.role === 'broker' && this.#faultDirectory !== null ? ['faults'] : []
    return fingerprintOf(plan, key, [this.#program.build, `${host}:${port}`, ...faults])
  }

  stranded(plan: ClusterPlan): readonly NodeKey[] {
    const { host, port } = controllerOf(plan)
    return this.nodes().filter((node) => {
      if (node.role !== 'broker' || node.state !== 'running') return false
      const known = startedWith(this.#effects.disk, this.#nodes.of(node).directories)?.controller
      return known !== undefined && (known.host !== host || known.port !== port)
    })
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const node = this.#nodes.of(key)
    if (!node.isRunning) await this.#fence(key)
    try {
      await node.start({
        plan: nodeOf(plan, key),
        fingerprint: this.fingerprint(plan, key),
        prepare: async () => this.#prepare(plan, node),
        serves: () => kafkaNodeServes(this.#effects, nodeOf(plan, key)),
        pollMs: readyPollMs,
        signal,
      })
    } catch (error) {
      const { damage } = this.#reportOf(key)
      throw damage ? damageExplained(this.#options, damage) : error
    }
    if (key.role === 'controller') this.#acceptsMetadataLoss = false
    this.#learnLosses(key)
    if (key.role === 'broker')
      await followMinInsyncReplicas(this.#effects.disk, this.#options.directory, plan, this.brokers)
  }

  #prepare(plan: ClusterPlan, { key, directories }: SupervisedNode) {
    const { disk } = this.#effects
    const node = nodeOf(plan, key)
    const { rack, listeners } = node
    const file = writeNodeFile(disk, {
      role: key.role === 'controller' ? 'controller' : 'broker',
      nodeId: key.nodeId,
      rack,
      clusterId: this.#nodes.clusterIdForFormat(),
      directories,
      controller: controllerOf(plan),
      listeners: listenersOf(plan, node),
      properties: nodeProperties(plan, key),
      volumeBytes: plan.volumeBytes,
      faultDirectory: this.#faultDirectory,
      iamFile: this.#iamFiles.prepare(directories, hasIam(listeners)),
      acceptsMetadataLoss: this.#acceptsMetadataLoss,
      isExpected: this.#nodes.hasData('broker'),
    })
    this.#keepLosses(key)
    writeReport(disk, directories, emptyReport)
    removeFigures(disk, directories)
    const { command, program } = this.#program
    return { command, program, args: [file] }
  }

  #reportOf(key: NodeKey): NodeReport {
    return readReport(this.#effects.disk, this.#nodes.of(key).directories)
  }

  /** Also what comes after the start: a topic that asks for what is not done. */
  #learnLosses({ role, nodeId }: NodeKey): void {
    const key = { role, nodeId }
    const name = nodeName(key)
    const { losses } = this.#reportOf(key)
    const { earlier, current } = this.#losses.get(name) ?? { earlier: [], current: [] }
    // A report that cannot be read takes nothing back.
    if (losses.length > current.length) this.#losses.set(name, { key, earlier, current: losses })
  }

  /** Another process of the node begins, with a report of its own. */
  #keepLosses(key: NodeKey): void {
    const known = this.#losses.get(nodeName(key))
    if (!known) return
    this.#losses.set(nodeName(key), { ...known, earlier: [...known.earlier, ...known.current], current: [] })
  }

  stopNode(key: NodeKey): Promise<void> {
    return this.#nodes.stopNode(key)
  }

  async removeNode(plan: ClusterPlan, key: NodeKey): Promise<void> {
    if (key.role === 'broker') await this.brokers.unregister(plan, key.nodeId)
    this.#nodes.remove(key)
  }

  async health(plan: ClusterPlan): Promise<string | null> {
    const [disk] = this.#diskFindings()
    return this.#nodes.missing(plan) ?? disk?.message ?? (await this.brokers.health(plan))
  }

  /** Brokers and controller look at their files by themselves. */
  async takeUpCertificates(): Promise<void> {}

  figures(): BrokerFigures[] {
    const { disk } = this.#effects
    const running = this.nodes().filter(({ role, state }) => role === 'broker' && state === 'running')
    return running.flatMap(({ role, nodeId }) =>
      readFigures(disk, this.#nodes.of({ role, nodeId }).directories),
    )
  }

  resizeVolumes(plan: ClusterPlan): void {
    for (const { role, nodeId } of this.nodes())
      if (role === 'broker')
        renewVolume(this.#effects.disk, this.#nodes.of({ role, nodeId }).directories, plan.volumeBytes)
  }

  /** Every name of a version stands for the same software: there is nothing to raise. */
  async finalizeVersion(): Promise<void> {}

  stop(): Promise<void> {
    this.#iamFiles.end()
    this.#diskWatch.end()
    return this.#nodes.stop()
  }

  #ended(node: SupervisedNode): void {
    void this.#fence(node.key)
    this.#options.onChange()
  }

  /**
   * Whoever has seen a broker's process end says so in its name: the controller need not wait for a session in which
   * nobody lives, and its partitions have other leaders at once. Only that very incarnation is meant, which its epoch
   * tells: what lives under a later one is not touched. Without an answer the session's end does the same, later.
   */
  async #fence(key: NodeKey): Promise<void> {
    const { brokerEpoch } = this.#reportOf(key)
    const controller = this.nodes().find(({ role, state }) => role === 'controller' && state === 'running')
    const [listener] = controller?.listeners ?? []
    if (key.role !== 'broker' || brokerEpoch === null || !listener) return
    const heartbeat = fencingHeartbeat(key.nodeId, brokerEpoch)
    try {
      await askNode(
        this.#effects,
        listener,
        (connection) => connection.request(BrokerHeartbeat, heartbeat),
        fenceTimeoutMs,
      )
    } catch (error) {
      const name = `${nodeName(key)} of ${this.#options.name}`
      this.#effects.logger.info(`the controller could not be told that ${name} has ended`, { error })
    }
  }
}
