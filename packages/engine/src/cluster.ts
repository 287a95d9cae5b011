import { fencingHeartbeat } from '@sluice/client'
import type { Disk } from '@sluice/effects'
import { BrokerHeartbeat, randomUuid } from '@sluice/wire'
import { Broker } from './broker/broker.ts'
import type { BrokerFigures } from './broker/broker-figures.ts'
import { InlineChannel } from './controller/channel.ts'
import { Controller } from './controller/controller.ts'
import { controllerAwayMsMax, type NodeEffects, startBrokerNode, type StartedBroker } from './node.ts'
import { type BrokerNode, type ControllerNode, nodeProperties } from './node-properties.ts'
import { InlineFeeds } from './replication/inline-feeds.ts'
import type { Interceptor } from './server/interception.ts'
import type { Tap } from './server/tap.ts'
import type { Loss } from './storage/losses.ts'
import type { DiskFailure } from './storage/node-disk.ts'
import { metaPropertiesFileName, readMetaProperties } from './storage/meta-properties.ts'

export interface ClusterOptions {
  /** Holds a directory for the controller and one for each broker. */
  readonly directory: string
  readonly controller: ControllerNode
  /** Those that are started at once. */
  readonly brokers: readonly BrokerNode[]
  /** Static properties of all these nodes by Kafka's names; see `checkBrokerProperties`. */
  readonly properties: Properties
  readonly effects: NodeEffects
  /** What one node has instead, from each of its starts on: a machine of its own. */
  readonly effectsOf?: (nodeId: number) => NodeEffects
  /** False: followers fetch as they do from another process, for tests that it makes no difference. */
  readonly feedsInline?: boolean
  /** False: each broker is a node as a process of its own has it, and reaches the controller over TCP; for tests, too. */
  readonly channelInline?: boolean
  /**
   * Once, the controller goes on without what is lost of the metadata; without it, it does not start
   * (MetadataDamagedError).
   */
  readonly acceptsMetadataLoss?: boolean
  /** Told of each loss that the start of a node finds. */
  readonly onLoss?: (nodeId: number, loss: Loss) => void
  /** Sees every request to a broker before it is served; of those that live in this process alone. */
  readonly interceptor?: Interceptor
  /** Where requests to these brokers and their answers can be listened to. */
  readonly tap?: Tap | undefined
  /** A bug, or the loss of its directory, has stopped a broker; the others go on. */
  readonly onBrokerFailure?: (nodeId: number, failure: Error) => void
  /** A bug, the loss of its directory or the disk has stopped the controller; the brokers wait for `startController`. */
  readonly onControllerFailure?: (failure: Error) => void
}

type Properties = Readonly<Record<string, string>>

export interface RunningNode {
  readonly nodeId: number
  /** Its log directory. */
  readonly directory: string
  readonly state: 'running' | 'failed'
  /** Why it has failed. */
  readonly failure?: string
  /** Why its disk does not serve, while it does not. */
  readonly diskFailure: DiskFailure | null
}

export interface RunningBroker extends RunningNode {
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]
}

/** A cluster of the embedded engine, inline: its controller and brokers live in this process. */
export interface Cluster {
  readonly clusterId: string
  /** Null while it is stopped. */
  readonly controller: RunningNode | null
  readonly brokers: readonly RunningBroker[]
  /** Opens the controller, or opens it anew in place of one that runs or has failed; the brokers go on with it. */
  startController(controller: ControllerNode, properties: Properties): Promise<void>
  /** What brokers ask meanwhile waits for the next controller. */
  stopController(): Promise<void>
  /**
   * Starts a broker, or starts it anew in place of one that runs or has failed. Rejects as `startCluster` does; then the
   * broker does not run, and the others go on. The signal gives up a start that is under way.
   */
  startBroker(broker: BrokerNode, properties: Properties, signal?: AbortSignal): Promise<void>
  /** Of each broker that runs. */
  figures(): BrokerFigures[]
  /** The volume of a broker that runs is so large from now on. */
  resizeVolume(nodeId: number, bytes: number): void
  /** Stops a broker cleanly; it is then not among `brokers` any more. */
  stopBroker(nodeId: number): Promise<void>
  /** Everything is on disk and closed when it resolves; a start that is under way is given up. */
  stop(): Promise<void>
  /**
   * Stops a broker as a crash would: nothing is flushed, checkpointed or said. It is not among `brokers` any more. The
   * controller hears of it when its session has ended, or, where it `isSeen`, at once.
   */
  kill(nodeId: number, how?: { readonly isSeen: boolean }): Promise<void>
}

/**
 * Starts the controller, then the brokers, each with its directory below `directory`. Resolves when all of them
 * serve; rejects, with everything stopped again, when one cannot: a port that is taken (EADDRINUSE), a directory
 * of another cluster or in use, a disk that is full or read-only.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { controller, brokers, properties } = options
  const cluster = new StartedCluster(options)
  try {
    await cluster.startController(controller, properties)
    for (const broker of brokers) await cluster.startBroker(broker, properties)
  } catch (error) {
    await cluster.end({ clean: false })
    throw error
  }
  return cluster
}

class StartedCluster implements Cluster {
  readonly clusterId: string
  readonly #options: ClusterOptions
  readonly #channel: InlineChannel
  readonly #feeds = new InlineFeeds()
  readonly #brokers: StartedBroker[] = []
  /** Those of which the controller does not know yet that they are dead. */
  readonly #killed = new Map<number, StartedBroker>()
  readonly #starting = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #controllerNode: ControllerNode
  #controller: Controller | null = null
  /** One has run in this process. */
  #hadController = false
  #acceptsMetadataLoss: boolean

  constructor(options: ClusterOptions) {
    const { clock, disk, random } = options.effects
    this.#options = options
    this.#controllerNode = options.controller
    this.#channel = new InlineChannel({ clock, awayMsMax: controllerAwayMsMax })
    this.#acceptsMetadataLoss = options.acceptsMetadataLoss ?? false
    // The id that the cluster got when its directory was made. A broker's tells it too where the controller's is gone.
    const directories = [this.#controllerDirectory, ...brokerDirectories(disk, options.directory)]
    this.clusterId = knownClusterId(disk, directories) ?? randomUuid(random)
  }

  get controller(): RunningNode | null {
    const controller = this.#controller
    if (!controller) return null
    const { nodeId, failure, diskFailure } = controller
    return { nodeId, directory: this.#controllerDirectory, diskFailure, ...stateOf(failure) }
  }

  get brokers(): readonly RunningBroker[] {
    return this.#brokers.map(({ nodeId, listeners, failure, diskFailure }) => ({
      nodeId,
      diskFailure,
      directory: this.#brokerDirectory(nodeId),
      listeners: listeners.map(({ name, host, port }) => ({ name, host, port })),
      ...stateOf(failure),
    }))
  }

  startController(node: ControllerNode, properties: Properties): Promise<void> {
    return this.#underWay(this.#startController(node, properties))
  }

  async #startController(node: ControllerNode, properties: Properties): Promise<void> {
    await this.stopController()
    const { directory, onLoss } = this.#options
    const { disk } = this.#options.effects
    const effects = this.#effectsOf(node.nodeId)
    const controller = await Controller.open({
      ...effects,
      clock: effects.calendar?.steady ?? effects.clock,
      ...node,
      acceptsLoss: this.#acceptsMetadataLoss,
      isExpected: this.#hadController || brokerDirectories(disk, directory).length > 0,
      onLoss: (loss) => onLoss?.(node.nodeId, loss),
      directory: this.#controllerDirectory,
      clusterId: this.clusterId,
      signal: this.#stopping.signal,
      staticProperties: properties,
      onFailure: (failure) => {
        this.#channel.disconnect(controller)
        this.#options.onControllerFailure?.(failure)
      },
    })
    this.#controllerNode = node
    this.#controller = controller
    this.#hadController = true
    this.#acceptsMetadataLoss = false
    await this.#channel.connect(controller)
  }

  async stopController(): Promise<void> {
    const controller = this.#controller
    if (!controller) return
    this.#channel.disconnect(controller)
    await controller.close()
    this.#controller = null
  }

  startBroker(node: BrokerNode, properties: Properties, signal?: AbortSignal): Promise<void> {
    const { signal: stopping } = this.#stopping
    const either = signal ? AbortSignal.any([stopping, signal]) : stopping
    return this.#underWay(this.#startBroker(node, properties, either))
  }

  async #startBroker(node: BrokerNode, properties: Properties, signal: AbortSignal): Promise<void> {
    await this.stopBroker(node.nodeId)
    const killed = this.#killed.get(node.nodeId)
    if (killed) await this.#fence(killed)
    this.#killed.delete(node.nodeId)
    const broker: StartedBroker = await this.#brokerOf(node, properties, signal, (failure) =>
      this.#fence(broker).then(() => this.#options.onBrokerFailure?.(node.nodeId, failure)),
    )
    this.#brokers.push(broker)
  }

  figures(): BrokerFigures[] {
    return this.#brokers.filter(({ failure }) => failure === null).map((broker) => broker.figures())
  }

  resizeVolume(nodeId: number, bytes: number): void {
    this.#brokers.find((one) => one.nodeId === nodeId)?.resizeVolume(bytes)
  }

  #brokerOf(
    node: BrokerNode,
    properties: Properties,
    signal: AbortSignal,
    failed: (failure: Error) => Promise<void>,
  ): Promise<StartedBroker> {
    const { onLoss } = this.#options
    const effects = this.#effectsOf(node.nodeId)
    const { clusterId } = this
    const controller = this.#controllerNode
    const directory = this.#brokerDirectory(node.nodeId)
    const common = {
      directory,
      clusterId,
      signal,
      onLoss: (loss: Loss) => onLoss?.(node.nodeId, loss),
      onFailure: (failure: Error) => void failed(failure),
    }
    if (this.#options.channelInline === false)
      return startBrokerNode({ ...common, broker: node, controller, properties, effects })
    return Broker.start({
      ...effects,
      ...node,
      ...common,
      properties: nodeProperties(node, directory, controller, properties),
      controller: this.#channel,
      interceptor: this.#options.interceptor,
      tap: this.#options.tap,
      feeds: this.#options.feedsInline === false ? new InlineFeeds() : this.#feeds,
    })
  }

  /** What is under way when the cluster ends is waited for. */
  async #underWay(start: Promise<void>): Promise<void> {
    this.#starting.add(start)
    await start.finally(() => this.#starting.delete(start))
  }

  stopBroker(nodeId: number): Promise<void> {
    return this.#end(nodeId, { clean: true })
  }

  stop(): Promise<void> {
    return this.end({ clean: true })
  }

  async kill(nodeId: number, how?: { readonly isSeen: boolean }): Promise<void> {
    await this.#end(nodeId, { clean: false })
    const killed = this.#killed.get(nodeId)
    if (!killed || !how?.isSeen) return
    this.#killed.delete(nodeId)
    await this.#fence(killed)
  }

  async #end(nodeId: number, how: { clean: boolean }): Promise<void> {
    const broker = this.#brokers.find((one) => one.nodeId === nodeId)
    if (!broker) return
    await broker.stop(how)
    const at = this.#brokers.indexOf(broker)
    if (at >= 0) this.#brokers.splice(at, 1)
    if (!how.clean) this.#killed.set(nodeId, broker)
  }

  /**
   * Whoever has seen a broker end says so in its name: the controller need not wait for a session in which nobody lives,
   * and lets its next incarnation register at once. A controller that is away has heard of no session.
   */
  async #fence({ nodeId, epoch }: StartedBroker): Promise<void> {
    const heartbeat = fencingHeartbeat(nodeId, epoch)
    await this.#channel.request(BrokerHeartbeat, BrokerHeartbeat.maxVersion, heartbeat)
  }

  async end({ clean }: { clean: boolean }): Promise<void> {
    this.#stopping.abort(new Error('the cluster stops'))
    for (const broker of this.#brokers) await broker.stop({ clean })
    this.#channel.close()
    await Promise.allSettled(this.#starting)
    // One that became ready at the last moment.
    for (const broker of this.#brokers) await broker.stop({ clean: false })
    await this.#controller?.close()
  }

  /** What the process may have open its brokers share. */
  #effectsOf(nodeId: number): NodeEffects {
    const effects = this.#options.effectsOf?.(nodeId) ?? this.#options.effects
    const brokers = Math.max(this.#options.brokers.length, this.#brokers.length + 1)
    return { openFilesMax: Math.floor(effects.disk.openFilesMax / brokers), ...effects }
  }

  get #controllerDirectory(): string {
    return `${this.#options.directory}/controller/volume-1`
  }

  #brokerDirectory(nodeId: number): string {
    return `${this.#options.directory}/broker-${nodeId}/volume-1`
  }
}

/**
 * What one of the directories says. One that cannot be read is its own node's affair, and keeps the others from nothing;
 * where no other tells the id it throws: a new one would make strangers of all that is there.
 */
function knownClusterId(disk: Disk, directories: readonly string[]): string | undefined {
  let unreadable: unknown
  for (const directory of directories)
    try {
      const found = readMetaProperties(disk, directory)?.clusterId
      if (found !== undefined) return found
    } catch (error) {
      unreadable ??= error
    }
  if (unreadable !== undefined) throw unreadable
  return undefined
}

/** The log directories of brokers that have run here. */
function brokerDirectories(disk: Disk, directory: string): string[] {
  if (!disk.existsSync(directory)) return []
  return disk
    .readdirSync(directory)
    .filter(({ name }) => /^broker-\d+$/.test(name))
    .map(({ name }) => `${directory}/${name}/volume-1`)
    .filter((volume) => disk.existsSync(`${volume}/${metaPropertiesFileName}`))
}

function stateOf(failure: Error | null): Pick<RunningNode, 'state' | 'failure'> {
  return failure ? { state: 'failed', failure: failure.message } : { state: 'running' }
}
