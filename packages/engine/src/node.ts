import type { Calendar, Clock, Disk, Logger, Network, Processes, Random, Urls } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import { Broker } from './broker/broker.ts'
import type { BrokerFigures } from './broker/broker-figures.ts'
import { Controller } from './controller/controller.ts'
import { TcpChannel } from './controller/tcp-channel.ts'
import { type Address, type BrokerNode, type ControllerNode, nodeProperties } from './node-properties.ts'
import { InlineFeeds } from './replication/inline-feeds.ts'
import { BrokerConfig } from './metadata/configs.ts'
import { MetadataImage } from './metadata/image.ts'
import { clientTls } from './server/listener-tls.ts'
import type { Interceptor } from './server/interception.ts'
import { type BoundListener, controllerListener, isEncrypted } from './server/listeners.ts'
import type { Loss } from './storage/losses.ts'
import type { DiskFailure } from './storage/node-disk.ts'

export interface NodeEffects {
  readonly clock: Clock
  readonly disk: Disk
  /** So many the node may have open of what the process may: without it all. */
  readonly openFilesMax?: number
  readonly network: Network
  readonly random: Random
  readonly logger: Logger
  /** Guards the directories against other processes; without it nothing does. */
  readonly processes?: Processes
  /** Where the keys of issuers of tokens (OAUTHBEARER) are read; without it only from files. */
  readonly urls?: Urls
  /** Without it the time of day is the clock's. */
  readonly calendar?: Calendar
}

interface NodeOptions {
  /** The node's log directory, made if it is not there. */
  readonly directory: string
  readonly clusterId: string
  readonly controller: ControllerNode
  /** Static properties by Kafka's names; see `checkBrokerProperties`. */
  readonly properties: Readonly<Record<string, string>>
  readonly effects: NodeEffects
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal
  /** Told of each loss that the start finds. */
  readonly onLoss?: (loss: Loss) => void
  /** A bug, or a disk of which nobody knows what is on it, has stopped the node, which had started. */
  readonly onFailure?: (failure: Error) => void
}

export interface ControllerNodeOptions extends NodeOptions {
  /** Once, it goes on without what is lost of the metadata; without it, it does not start (MetadataDamagedError). */
  readonly acceptsMetadataLoss?: boolean
  /** Something of this cluster is there already, so that there must be metadata. */
  readonly isExpected?: boolean
}

export interface BrokerNodeOptions extends NodeOptions {
  readonly broker: BrokerNode
  /** Sees every request before it is served. */
  readonly interceptor?: Interceptor | undefined
}

/** One node, as a process of its own has it. */
export interface StartedNode {
  readonly nodeId: number
  /** What has stopped it by itself, if something has. */
  readonly failure: Error | null
  /** Why the disk does not serve; null while it does. */
  readonly diskFailure: DiskFailure | null
  /** Where it listens. */
  readonly listeners: readonly (Address & { readonly name: string })[]
  /** Unclean: as after a crash, but for what has been written already. */
  stop(how: { clean: boolean }): Promise<void>
}

export interface StartedBroker extends StartedNode {
  /** Of its registration; −1 before. */
  readonly epoch: Int64
  readonly listeners: readonly BoundListener[]
  figures(): BrokerFigures
  /** Its volume is so large from now on. */
  resizeVolume(bytes: number): void
}

/** How long a request waits for a controller that is away: Apache Kafka's request.timeout.ms. */
export const controllerAwayMsMax = 30_000
const unaborted = new AbortController().signal

/** The controller of a cluster and its listener. Resolves when it decides. */
export async function startControllerNode(options: ControllerNodeOptions): Promise<StartedNode> {
  const { controller: node, effects, properties, acceptsMetadataLoss, ...rest } = options
  const controller = await Controller.open({
    ...effects,
    ...rest,
    ...node,
    signal: options.signal ?? unaborted,
    staticProperties: properties,
    acceptsLoss: acceptsMetadataLoss,
    onFailure: (failure) => options.onFailure?.(failure),
  })
  return {
    nodeId: node.nodeId,
    get failure() {
      return controller.failure
    },
    get diskFailure() {
      return controller.diskFailure
    },
    listeners: [{ name: controllerListener(node).name, ...controller.address }],
    // What it has answered is durable, whatever becomes of it.
    stop: () => controller.close(),
  }
}

/** A broker that reaches its controller over TCP, and fetches from other brokers. Resolves when it serves. */
export async function startBrokerNode(options: BrokerNodeOptions): Promise<StartedBroker> {
  const { broker: node, controller, effects, properties, directory, clusterId } = options
  const { nodeId } = node
  const logger = effects.logger.with({ broker: nodeId })
  const channel = new TcpChannel({
    ...effects,
    logger,
    nodeId,
    clusterId,
    controller,
    tls: tlsToController(options),
    awayMsMax: controllerAwayMsMax,
  })
  const signal = options.signal ?? unaborted
  // What waits for a controller that is away would keep a start that is given up from ending.
  const giveUp = () => channel.close()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    signal.throwIfAborted()
    const broker = await Broker.start({
      ...effects,
      ...node,
      clusterId,
      directory,
      properties: nodeProperties(node, directory, controller, properties),
      controller: channel,
      feeds: new InlineFeeds(),
      signal,
      interceptor: options.interceptor,
      onLoss: options.onLoss,
      onFailure: (failure) => {
        channel.close()
        options.onFailure?.(failure)
      },
    })
    return startedBroker(broker, channel)
  } catch (error) {
    channel.close()
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** How this broker shows itself to its controller; its files are read anew for each connection. */
function tlsToController({ broker, controller, properties, effects }: BrokerNodeOptions) {
  const listener = controllerListener(controller)
  if (!isEncrypted(listener)) return undefined
  const config = new BrokerConfig({
    image: new MetadataImage(),
    nodeId: broker.nodeId,
    staticProperties: properties,
  })
  return () => clientTls(listener.name, config, effects.disk)
}

function startedBroker(broker: Broker, channel: TcpChannel): StartedBroker {
  return {
    nodeId: broker.nodeId,
    get epoch() {
      return broker.epoch
    },
    get failure() {
      return broker.failure
    },
    get diskFailure() {
      return broker.diskFailure
    },
    get listeners() {
      return broker.listeners
    },
    figures: () => broker.figures(),
    resizeVolume: (bytes) => broker.resizeVolume(bytes),
    stop: async (how) => {
      await broker.stop(how)
      channel.close()
    },
  }
}
