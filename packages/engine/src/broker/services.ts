import type { Api } from '@sluice/wire'
import type { Clock, Guard, Logger, Random } from '@sluice/effects'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Partitions } from '../replication/partitions.ts'
import type { Lane } from '../storage/lane.ts'
import type { LogManager } from '../storage/log-manager.ts'
import type { CoordinatorHome } from './coordinators.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { ConnectionSession } from './connection-session.ts'
import type { TopicCreation } from './internal-topics.ts'
import type { ProducerIds } from './producer-ids.ts'

/** An API in the versions that are served. */
export interface ServedApi {
  readonly api: Api
  readonly minVersion: number
  readonly maxVersion: number
}

/** All that the handlers of one broker may touch. */
export interface BrokerServices {
  readonly nodeId: number
  readonly clusterId: string
  readonly rack: string | null
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  /** What this broker has replayed of the metadata log. */
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly partitions: Partitions
  readonly logs: LogManager
  readonly controller: ControllerChannel
  readonly groups: GroupCoordinator
  /** All that this broker serves: whatever is done for each of them reads this list. */
  readonly coordinators: readonly CoordinatorHome[]
  readonly fetchSessions: FetchSessions
  readonly producerIds: ProducerIds
  readonly topicCreation: TopicCreation
  /** What this broker serves, by API key. */
  readonly handlers: ReadonlyMap<number, ServedApi>
  /** How long this client is to be slowed down now, ms. */
  throttleTimeMs(session: ConnectionSession): number
  /** Wall-clock time of the running socket read, ms. */
  readonly nowMs: number
  /** Where requests do what may take long. */
  readonly lane: Lane
  /** Commits what earlier requests of this socket read have staged. */
  commitStaged(): void
  /** Through it what comes later enters this broker: a bug stops it, loudly. */
  readonly guard: Guard
}
