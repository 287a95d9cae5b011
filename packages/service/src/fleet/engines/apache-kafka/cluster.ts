import type { Distributions } from '../../jvm/distributions.ts'
import type { Environment } from '../../jvm/java.ts'
import type { RemoteEffects } from '../brokers/ask-node.ts'
import { ClusterClient } from '../brokers/cluster-client.ts'
import { followMinInsyncReplicas } from '../brokers/min-insync-replicas.ts'
import {
  type ClusterPlan,
  type EngineCluster,
  type Finding,
  type EngineClusterOptions,
  type NodeKey,
  nodeOf,
  type ObservedNode,
} from '../engine.ts'
import type { BrokerFigures } from '../cluster-view.ts'
import { directoriesBelow } from '../supervision/node-directories.ts'
import type { SupervisionEffects } from '../supervision/supervised-node.ts'
import { SupervisedNodes } from '../supervision/supervised-nodes.ts'
import { raiseFeatures } from './kraft/features.ts'
import { controllersProblem } from './kraft/quorum-health.ts'
import { nodeAnswers, nodeStart } from './launch.ts'
import { directoryNameOf, fingerprintOf, nodeOfDirectory, shapeOf } from './node-shape.ts'
import type { Release } from './versions.ts'
import { awaitSessionEnd, zooKeepersProblem } from './zookeeper/ensemble.ts'

interface ApacheKafkaClusterContext {
  effects: SupervisionEffects
  environment: Environment
  distributions: Pick<Distributions, 'java' | 'broker'>
  /** Throws for a name that stands for nothing here. */
  release(kafkaVersion: string): Release
}

/** A cluster of JVM processes, one a node. */
export class ApacheKafkaCluster implements EngineCluster {
  readonly #options: EngineClusterOptions
  readonly #context: ApacheKafkaClusterContext
  readonly #effects: SupervisionEffects & RemoteEffects
  readonly #nodes: SupervisedNodes
  readonly brokers: ClusterClient

  /** Finds the nodes that an earlier service left running. */
  constructor(options: EngineClusterOptions, context: ApacheKafkaClusterContext) {
    this.#options = options
    this.#context = context
    this.#effects = { ...context.effects, credentials: options.credentials }
    this.#nodes = new SupervisedNodes({
      cluster: options,
      names: { nameOf: directoryNameOf, keyOf: nodeOfDirectory },
      effects: context.effects,
      answers: (key, listeners) => nodeAnswers(this.#effects, key, listeners),
      onEnd: () => options.onChange(),
    })
    this.brokers = new ClusterClient(this.#effects, () => this.nodes())
  }

  get clusterId(): string | null {
    return this.#nodes.clusterId
  }

  /** Apache Kafka tells its own log what it finds. */
  findings(): readonly Finding[] {
    return []
  }

  nodes(): readonly ObservedNode[] {
    return this.#nodes.observe()
  }

  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    const release = this.#context.release(plan.kafkaVersion)
    return fingerprintOf(this.#shape(plan, key, release), release, nodeOf(plan, key).generation)
  }

  /** Of several controllers brokers find the others. */
  stranded(): readonly NodeKey[] {
    return []
  }

  async startNode(plan: ClusterPlan, key: NodeKey, signal?: AbortSignal): Promise<void> {
    const { distributions } = this.#context
    const effects = this.#effects
    const release = this.#context.release(plan.kafkaVersion)
    const java = await distributions.java()
    const distribution = await distributions.broker(release.version, signal)
    if (release.mode === 'zookeeper' && key.role === 'broker' && !this.#nodes.isRunning(key))
      await awaitSessionEnd(effects, plan, key.nodeId, signal)
    signal?.throwIfAborted()
    const node = this.#nodes.of(key)
    await node.start(
      nodeStart(effects, node, {
        plan: nodeOf(plan, key),
        shape: this.#shape(plan, key, release),
        fingerprint: this.fingerprint(plan, key),
        java,
        distribution,
        clusterId: release.mode === 'kraft' ? this.#nodes.clusterIdForFormat() : null,
        signal,
      }),
    )
    // A cluster with ZooKeeper has its id from the first broker.
    this.#nodes.learnClusterId()
    if (release.mode === 'kraft' && key.role === 'broker')
      await followMinInsyncReplicas(effects.disk, this.#options.directory, plan, this.brokers)
  }

  stopNode(key: NodeKey): Promise<void> {
    return this.#nodes.stopNode(key)
  }

  async removeNode(plan: ClusterPlan, key: NodeKey): Promise<void> {
    const isKRaft = this.#context.release(plan.kafkaVersion).mode === 'kraft'
    if (key.role === 'broker' && isKRaft) await this.brokers.unregister(plan, key.nodeId)
    this.#nodes.remove(key)
  }

  async health(plan: ClusterPlan): Promise<string | null> {
    const problem =
      this.#nodes.missing(plan) ??
      (await this.brokers.health(plan, (connection) => controllersProblem(plan, connection)))
    return problem ?? (await zooKeepersProblem(this.#effects, plan))
  }

  async finalizeVersion(plan: ClusterPlan): Promise<void> {
    const { mode, version } = this.#context.release(plan.kafkaVersion)
    if (mode === 'kraft') await this.brokers.ask(plan, (connection) => raiseFeatures(connection, version))
  }

  async takeUpCertificates(plan: ClusterPlan, key: NodeKey): Promise<void> {
    if (key.role === 'broker' && this.#nodes.isRunning(key)) await this.brokers.reloadFiles(plan, key.nodeId)
  }

  /** What they count they tell by JMX, which nobody asks here. */
  figures(): BrokerFigures[] {
    return []
  }

  /** Its brokers have the disk: nothing bounds a directory for them. */
  resizeVolumes(): void {}

  stop(): Promise<void> {
    return this.#nodes.stop()
  }

  #shape(plan: ClusterPlan, key: NodeKey, release: Release) {
    const { data } = directoriesBelow(this.#options.directory, directoryNameOf(key))
    return shapeOf(plan, key, release, data, this.#context.environment)
  }
}
