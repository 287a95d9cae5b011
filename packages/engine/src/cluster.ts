import type { Clock, Disk, Logger, Network, Processes, Random } from '@sluice/effects'
import { randomUuid } from '@sluice/wire'
import { Broker } from './broker/broker.ts'
import type { ListenerOptions } from './broker/listeners.ts'
import { Controller } from './controller/controller.ts'
import { readMetaProperties } from './storage/meta-properties.ts'

export interface ClusterOptions {
  /** Holds a directory for the controller and one for each broker. */
  readonly directory: string
  readonly controller: { readonly nodeId: number; readonly host: string; readonly port: number }
  /** Those that are started at once. */
  readonly brokers: readonly BrokerNode[]
  /** Static broker properties by Kafka's names; see `checkBrokerProperties`. */
  readonly properties: Readonly<Record<string, string>>
  readonly effects: {
    readonly clock: Clock
    readonly disk: Disk
    readonly network: Network
    readonly random: Random
    readonly logger: Logger
    /** Guards the directories against other processes; without it nothing does. */
    readonly processes?: Processes
  }
  /** A bug has stopped a broker; the others go on. */
  readonly onBrokerFailure?: (nodeId: number, failure: Error) => void
}

export interface BrokerNode {
  readonly nodeId: number
  readonly rack: string | null
  readonly listeners: readonly ListenerOptions[]
}

export interface RunningBroker {
  readonly nodeId: number
  /** Its log directory. */
  readonly directory: string
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  readonly state: 'running' | 'failed'
  /** Why it has failed. */
  readonly failure?: string
}

/** A cluster of the embedded engine, inline: its controller and brokers live in this process. */
export interface Cluster {
  readonly clusterId: string
  readonly brokers: readonly RunningBroker[]
  /** Rejects as `startCluster` does; then the broker does not run, and the others go on. */
  startBroker(broker: BrokerNode): Promise<void>
  /** Stops a broker cleanly; it is then not among `brokers` any more. */
  stopBroker(nodeId: number): Promise<void>
  /** Everything is on disk and closed when it resolves. */
  stop(): Promise<void>
  /** Stops a broker as a crash would: nothing is flushed, checkpointed or said. */
  kill(nodeId: number): Promise<void>
}

/**
 * Starts the controller, then the brokers, each with its directory below `directory`. Resolves when all of them
 * serve; rejects, with everything stopped again, when one cannot: a port that is taken (EADDRINUSE), a directory
 * of another cluster or in use, a disk that is full or read-only.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { effects, directory } = options
  const controllerDirectory = `${directory}/controller/volume-1`
  const clusterId = clusterIdOf(effects.disk, controllerDirectory) ?? randomUuid(effects.random)
  const controller = await Controller.open({
    ...effects,
    directory: controllerDirectory,
    clusterId,
    nodeId: options.controller.nodeId,
    host: options.controller.host,
    port: options.controller.port,
    staticProperties: options.properties,
  })
  const brokers: Broker[] = []
  const startBroker = async (node: BrokerNode) => {
    const broker = await Broker.start({
      ...effects,
      nodeId: node.nodeId,
      rack: node.rack,
      clusterId,
      directory: brokerDirectory(directory, node.nodeId),
      listeners: node.listeners,
      properties: { ...options.properties, ...nodeProperties(options, node) },
      controller: controller.channel(),
      onFailure: (failure) => options.onBrokerFailure?.(node.nodeId, failure),
    })
    brokers.push(broker)
  }
  const stopBroker = async (nodeId: number) => {
    const at = brokers.findIndex((broker) => broker.nodeId === nodeId)
    await brokers[at]?.stop({ clean: true })
    brokers.splice(at, at < 0 ? 0 : 1)
  }
  const stop = async (clean: boolean) => {
    for (const broker of brokers) await broker.stop({ clean })
    await controller.close()
  }
  try {
    for (const node of options.brokers) await startBroker(node)
  } catch (error) {
    await stop(false)
    throw error
  }
  return {
    clusterId,
    get brokers() {
      return brokers.map((broker) => describe(broker, directory))
    },
    startBroker,
    stopBroker,
    stop: () => stop(true),
    kill: async (nodeId) => brokers.find((broker) => broker.nodeId === nodeId)?.stop({ clean: false }),
  }
}

function brokerDirectory(directory: string, nodeId: number): string {
  return `${directory}/broker-${nodeId}/volume-1`
}

/** The id that the cluster got when its directory was made. */
function clusterIdOf(disk: Disk, controllerDirectory: string): string | undefined {
  return readMetaProperties(disk, controllerDirectory)?.clusterId
}

/** What a node's properties file would say of itself: DescribeConfigs shows it. */
function nodeProperties(options: ClusterOptions, broker: BrokerNode): Record<string, string> {
  const { controller, directory } = options
  const addresses = (of: (listener: ListenerOptions) => { host: string; port: number }) =>
    broker.listeners.map((one) => `${one.name}://${of(one).host}:${of(one).port}`).join(',')
  return {
    'node.id': String(broker.nodeId),
    'broker.id': String(broker.nodeId),
    'process.roles': 'broker',
    ...(broker.rack !== null && { 'broker.rack': broker.rack }),
    'log.dirs': brokerDirectory(directory, broker.nodeId),
    listeners: addresses((one) => one),
    'advertised.listeners': addresses((one) => one.advertised ?? one),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...broker.listeners.map((one) => `${one.name}:${one.protocol}`),
    ].join(','),
    'inter.broker.listener.name': broker.listeners[0]?.name ?? 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `${controller.nodeId}@${controller.host}:${controller.port}`,
  }
}

function describe(broker: Broker, directory: string): RunningBroker {
  return {
    nodeId: broker.nodeId,
    directory: brokerDirectory(directory, broker.nodeId),
    listeners: broker.listeners.map(({ name, host, port }) => ({ name, host, port })),
    state: broker.failure ? 'failed' : 'running',
    ...(broker.failure && { failure: broker.failure.message }),
  }
}
