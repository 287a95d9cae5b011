import { join } from 'node:path'
import { capitalized } from '../../operating-error.ts'
import { noteFile } from '../../processes/node-process-note.ts'
import {
  type ClusterPlan,
  type EngineClusterOptions,
  type NodeKey,
  type NodePlan,
  type NodeRole,
  nodeName,
  type ObservedNode,
  sameNode,
} from '../engine.ts'
import { keptClusterId, makeClusterId } from './cluster-id.ts'
import { directoriesBelow } from './node-directories.ts'
import { SupervisedNode, type SupervisionEffects } from './supervised-node.ts'

/** How an engine names the directories of a cluster's nodes. */
interface DirectoryNames {
  nameOf: (key: NodeKey) => string
  /** The node that a directory belongs to; null for what is none. */
  keyOf: (name: string) => NodeKey | null
}

interface SupervisedNodesOptions {
  cluster: EngineClusterOptions
  names: DirectoryNames
  effects: SupervisionEffects
  /** Any answer of a node: one that gives none for long is ended. */
  answers: (key: NodeKey, listeners: NodePlan['listeners']) => Promise<unknown>
  /** A node has ended that nobody stopped. */
  onEnd: (node: SupervisedNode) => void
}

/** For a controlled shutdown; then the process is killed. */
const stopGraceMs = 60_000

/** The nodes of a cluster that runs each of them in a process of its own. They outlive the service. */
export class SupervisedNodes {
  readonly #options: SupervisedNodesOptions
  readonly #nodes: SupervisedNode[] = []
  #clusterId: string | null

  /** Finds those that an earlier service left running. */
  constructor(options: SupervisedNodesOptions) {
    this.#options = options
    const { cluster, effects, names } = options
    const { disk } = effects
    if (disk.existsSync(cluster.directory))
      for (const { name, isDirectory } of disk.readdirSync(cluster.directory)) {
        const key = isDirectory ? names.keyOf(name) : null
        if (key && disk.existsSync(noteFile(join(cluster.directory, name)))) this.of(key)
      }
    this.#clusterId = this.#keptClusterId()
  }

  /** Kafka's id of the cluster; null until one is known. */
  get clusterId(): string | null {
    return this.#clusterId
  }

  /** The id that a node's directory is formatted with: one is made where there is none. */
  clusterIdForFormat(): string {
    const { cluster, effects } = this.#options
    return (
      this.learnClusterId() ??
      (this.#clusterId = makeClusterId(effects.disk, effects.random, cluster.directory))
    )
  }

  /** Some clusters have theirs from their first broker. */
  learnClusterId(): string | null {
    this.#clusterId ??= this.#keptClusterId()
    return this.#clusterId
  }

  observe(): readonly ObservedNode[] {
    return this.#nodes.map((node) => node.observe()).filter((node) => node !== null)
  }

  of(key: NodeKey): SupervisedNode {
    const found = this.#find(key)
    if (found) return found
    const { cluster, effects, names, onEnd, answers } = this.#options
    const node = new SupervisedNode({
      key: { role: key.role, nodeId: key.nodeId },
      clusterName: cluster.name,
      directories: directoriesBelow(cluster.directory, names.nameOf(key)),
      effects,
      onEnd: () => onEnd(node),
      onDoubt: cluster.onDoubt,
      answers: (listeners) => answers(key, listeners),
    })
    this.#nodes.push(node)
    return node
  }

  isRunning(key: NodeKey): boolean {
    return this.#find(key)?.isRunning === true
  }

  /** What of the plan does not run, as a sentence; null where all of it does. */
  missing(plan: ClusterPlan): string | null {
    const down = plan.nodes.find((node) => !this.isRunning(node))
    return down ? `${capitalized(nodeName(down))} does not run.` : null
  }

  /** Has a node of this role been here, whether it runs or not? */
  hasData(role: NodeRole): boolean {
    const { cluster, effects, names } = this.#options
    const { disk } = effects
    if (!disk.existsSync(cluster.directory)) return false
    return disk.readdirSync(cluster.directory).some(({ name }) => {
      const data = directoriesBelow(cluster.directory, name).data
      return names.keyOf(name)?.role === role && disk.existsSync(join(data, 'meta.properties'))
    })
  }

  async stopNode(key: NodeKey): Promise<void> {
    await this.of(key).stop(stopGraceMs)
  }

  /** Of a stopped node: all that it has on disk goes. */
  remove(key: NodeKey): void {
    const node = this.of(key)
    node.remove()
    this.#nodes.splice(this.#nodes.indexOf(node), 1)
  }

  /** The brokers first: they hand over what they lead while the quorum is there. */
  async stop(): Promise<void> {
    const isBroker = ({ key }: SupervisedNode) => key.role === 'broker'
    await this.#stopAll(isBroker)
    await this.#stopAll((node) => !isBroker(node))
  }

  async #stopAll(isMeant: (node: SupervisedNode) => boolean): Promise<void> {
    await Promise.all(this.#nodes.filter(isMeant).map((node) => node.stop(stopGraceMs)))
  }

  #find(key: NodeKey): SupervisedNode | undefined {
    return this.#nodes.find((node) => sameNode(node.key, key))
  }

  #keptClusterId(): string | null {
    const { cluster, effects } = this.#options
    const data = this.#nodes.map(({ directories }) => directories.data)
    return keptClusterId(effects.disk, cluster.directory, data)
  }
}
