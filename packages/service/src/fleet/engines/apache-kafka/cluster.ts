import { basename, join } from 'node:path'
import type { Distributions } from '../../jvm/distributions.ts'
import type { Environment } from '../../jvm/java.ts'
import { capitalized } from '../../operating-error.ts'
import { noteFile } from '../../processes/node-process-note.ts'
import { ClusterClient } from '../brokers/cluster-client.ts'
import {
  type ClusterPlan,
  type EngineCluster,
  type EngineClusterOptions,
  type NodeKey,
  nodeName,
  nodeOf,
  type ObservedNode,
  sameNode,
} from '../engine.ts'
import { raiseFeatures } from './kraft/features.ts'
import { followMinInsyncReplicas } from './kraft/min-insync-replicas.ts'
import { controllersProblem } from './kraft/quorum-health.ts'
import { keptClusterId, makeClusterId } from './kraft/storage-format.ts'
import { ApacheKafkaNode, type EngineEffects } from './node.ts'
import { directoriesOf, fingerprintOf, nodeOfDirectory, shapeOf } from './node-shape.ts'
import type { Release } from './versions.ts'
import { awaitSessionEnd, zooKeepersProblem } from './zookeeper/ensemble.ts'

interface ApacheKafkaClusterContext {
  effects: EngineEffects
  environment: Environment
  distributions: Pick<Distributions, 'java' | 'broker'>
  /** Throws for a name that stands for nothing here. */
  release(kafkaVersion: string): Release
}

/** For a controlled shutdown; then the process is killed. */
const stopGraceMs = 60_000

/** A cluster of JVM processes, one a node. */
export class ApacheKafkaCluster implements EngineCluster {
  readonly #options: EngineClusterOptions
  readonly #context: ApacheKafkaClusterContext
  readonly #nodes: ApacheKafkaNode[] = []
  readonly brokers: ClusterClient
  #clusterId: string | null

  /** Finds the nodes that an earlier service left running. */
  constructor(options: EngineClusterOptions, context: ApacheKafkaClusterContext) {
    this.#options = options
    this.#context = context
    this.brokers = new ClusterClient(context.effects, () => this.nodes())
    const { disk } = context.effects
    if (disk.existsSync(options.directory))
      for (const { name, isDirectory } of disk.readdirSync(options.directory)) {
        const key = isDirectory ? nodeOfDirectory(basename(name)) : null
        if (key && disk.existsSync(noteFile(join(options.directory, name)))) this.#node(key)
      }
    this.#clusterId = this.#findClusterId()
  }

  get clusterId(): string | null {
    return this.#clusterId
  }

  /** Apache Kafka tells its own log what it finds. */
  findings(): readonly string[] {
    return []
  }

  nodes(): readonly ObservedNode[] {
    return this.#nodes.map((node) => node.observe()).filter((node) => node !== null)
  }

  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    const release = this.#context.release(plan.kafkaVersion)
    return fingerprintOf(this.#shape(plan, key, release), release, nodeOf(plan, key).generation)
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const { distributions } = this.#context
    const release = this.#context.release(plan.kafkaVersion)
    const java = await distributions.java()
    const distribution = await distributions.broker(release.version, signal)
    if (release.mode === 'zookeeper' && key.role === 'broker' && !this.#find(key)?.isRunning)
      await awaitSessionEnd(this.#context.effects, plan, key.nodeId, signal)
    signal?.throwIfAborted()
    await this.#node(key).start({
      plan: nodeOf(plan, key),
      shape: this.#shape(plan, key, release),
      fingerprint: this.fingerprint(plan, key),
      java,
      distribution,
      clusterId: release.mode === 'kraft' ? this.#clusterIdForFormat() : null,
      signal,
    })
    // A cluster with ZooKeeper has its id from the first broker.
    this.#clusterId ??= this.#findClusterId()
    if (release.mode === 'kraft' && key.role === 'broker')
      await followMinInsyncReplicas(
        this.#context.effects.disk,
        this.#options.directory,
        plan.properties['min.insync.replicas'],
        (use) => this.brokers.ask(plan, use),
      )
  }

  async stopNode(key: NodeKey): Promise<void> {
    await this.#node(key).stop(stopGraceMs)
  }

  async removeNode(plan: ClusterPlan, key: NodeKey): Promise<void> {
    const isKRaft = this.#context.release(plan.kafkaVersion).mode === 'kraft'
    if (key.role === 'broker' && isKRaft) await this.brokers.unregister(plan, key.nodeId)
    const node = this.#node(key)
    node.remove()
    this.#nodes.splice(this.#nodes.indexOf(node), 1)
  }

  async health(plan: ClusterPlan): Promise<string | null> {
    const down = plan.nodes.find((node) => !this.#find(node)?.isRunning)
    if (down) return `${capitalized(nodeName(down))} does not run.`
    const problem = await this.brokers.health(plan, (connection) => controllersProblem(plan, connection))
    return problem ?? (await zooKeepersProblem(this.#context.effects, plan))
  }

  async finalizeVersion(plan: ClusterPlan): Promise<void> {
    const { mode, version } = this.#context.release(plan.kafkaVersion)
    if (mode === 'kraft') await this.brokers.ask(plan, (connection) => raiseFeatures(connection, version))
  }

  async stop(): Promise<void> {
    const stopAll = (nodes: ApacheKafkaNode[]) => Promise.all(nodes.map((node) => node.stop(stopGraceMs)))
    await stopAll(this.#nodes.filter(({ key }) => key.role === 'broker'))
    await stopAll(this.#nodes.filter(({ key }) => key.role !== 'broker'))
  }

  #shape(plan: ClusterPlan, key: NodeKey, release: Release) {
    const { data } = directoriesOf(this.#options.directory, key)
    return shapeOf(plan, key, release, data, this.#context.environment)
  }

  #find(key: NodeKey): ApacheKafkaNode | undefined {
    return this.#nodes.find((node) => sameNode(node.key, key))
  }

  #node(key: NodeKey): ApacheKafkaNode {
    const found = this.#find(key)
    if (found) return found
    const { name, directory, onChange } = this.#options
    const node = new ApacheKafkaNode({
      key: { role: key.role, nodeId: key.nodeId },
      clusterName: name,
      clusterDirectory: directory,
      effects: this.#context.effects,
      onChange,
    })
    this.#nodes.push(node)
    return node
  }

  #clusterIdForFormat(): string {
    const { disk, random } = this.#context.effects
    this.#clusterId ??= this.#findClusterId() ?? makeClusterId(disk, random, this.#options.directory)
    return this.#clusterId
  }

  #findClusterId(): string | null {
    const data = this.#nodes.map(({ directories }) => directories.data)
    return keptClusterId(this.#context.effects.disk, this.#options.directory, data)
  }
}
