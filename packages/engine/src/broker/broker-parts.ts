import {
  type Calendar,
  type Clock,
  type Disk,
  guardedCalendar,
  guardedClock,
  type Logger,
  type Network,
  type NodeGuard,
  plainCalendar,
  type Processes,
  type Random,
  type Urls,
} from '@sluice/effects'
import type { Authorizer } from '../authorizer/permissions.ts'
import { authorizerOf } from '../authorizer/standard-authorizer.ts'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import { BrokerConfig } from '../metadata/configs.ts'
import { MetadataImage } from '../metadata/image.ts'
import { withOthers } from './loss-of-replica.ts'
import { logConfigOf } from '../storage/log-config.ts'
import { LogManager } from '../storage/log-manager.ts'
import type { TellLoss } from '../storage/losses.ts'
import { Volume } from '../storage/volume.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { InlineFeeds } from '../replication/inline-feeds.ts'
import type { GivenMechanisms } from '../server/authentication/mechanism.ts'
import type { Interceptor } from '../server/interception.ts'
import type { Tap } from '../server/tap.ts'
import { LogLevels } from '../server/log-levels.ts'
import type { ListenerOptions } from '../server/listeners.ts'

export interface BrokerOptions {
  readonly nodeId: number
  readonly rack: string | null
  readonly clusterId: string
  /** The broker's log directory. */
  readonly directory: string
  readonly listeners: readonly ListenerOptions[]
  /** How large the volume is that it lives on; without it, as large as the disk. */
  readonly volumeBytes?: number
  /** Static properties, by Kafka's names. */
  readonly properties: Readonly<Record<string, string>>
  readonly controller: ControllerChannel
  /** Where the brokers of this process find each other. */
  readonly feeds: InlineFeeds
  readonly clock: Clock
  readonly disk: Disk
  /** See NodeEffects. */
  readonly openFilesMax?: number
  readonly network: Network
  readonly random: Random
  readonly logger: Logger
  readonly processes?: Processes
  readonly urls?: Urls
  readonly calendar?: Calendar
  /** Ways to log in that the engine does not know, for listeners whose sasl.enabled.mechanisms name them. */
  readonly mechanisms?: GivenMechanisms
  /** Who may do what; without one everybody may do everything. */
  readonly authorizer?: Authorizer
  /** What clients may ask of the cluster beyond configs and quotas. */
  readonly limits?: ClusterLimits
  /** Sees every request before it is served. */
  readonly interceptor?: Interceptor
  /** Where its requests and answers can be listened to. */
  readonly tap?: Tap | undefined
  /** Gives up a start that is under way: to recover logs may take long. */
  readonly signal: AbortSignal
  /** Told of what the start finds lost. */
  readonly onLoss?: TellLoss
  /** A bug, or the loss of its directory, has stopped this broker, which had started. */
  readonly onFailure: (failure: Error) => void
}

/** What a broker is made of before it begins. */
export interface BrokerParts {
  readonly guard: NodeGuard
  readonly clock: Clock
  readonly calendar: Calendar
  readonly logger: Logger
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly logs: LogManager
  /** What it lives on, where that has a size of its own. */
  readonly volume: Volume | null
  readonly authorizer: Authorizer
  readonly logLevels: LogLevels
}

export function partsOf(options: BrokerOptions, guard: NodeGuard): BrokerParts {
  const { nodeId, properties } = options
  const clock = guardedClock(options.clock, guard.run)
  const calendar = options.calendar ? guardedCalendar(options.calendar, guard.run) : plainCalendar(clock)
  const logLevels = new LogLevels(options.logger.level)
  const logger = options.logger.with({ broker: nodeId }, () => logLevels.own)
  const metadata = new MetadataImage()
  const config = new BrokerConfig({ image: metadata, nodeId, staticProperties: properties })
  const { disk, directory, volumeBytes } = options
  const volume = volumeBytes === undefined ? null : new Volume(disk, directory, volumeBytes)
  const logs = new LogManager({
    disk: volume ?? disk,
    clock: calendar.records,
    logger,
    random: options.random,
    processes: options.processes,
    directory,
    nodeId,
    clusterId: options.clusterId,
    config,
    configFor: (topic) => config.topicView(topic, logConfigOf),
    onLoss: (loss) => options.onLoss?.(withOthers(loss, metadata, nodeId)),
  })
  const authorizer = options.authorizer ?? authorizerOf(config, metadata.security.acls)
  return { guard, clock, calendar, logger, metadata, config, logs, volume, authorizer, logLevels }
}
