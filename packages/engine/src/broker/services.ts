import type { Calendar, Random } from '@sluice/effects'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { TransactionCoordinator } from '../coordinator/transaction/transaction-coordinator.ts'
import type { Peers } from './peers.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Partitions } from '../replication/partitions.ts'
import type { ClientMetrics } from './client-metrics/client-metrics.ts'
import type { ClientQuotas } from '../quotas/client-quotas.ts'
import type { ReplicationQuotas } from '../replication/replication-quota.ts'
import type { LogManager } from '../storage/log-manager.ts'
import type { CoordinatorHome } from './coordinators.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { FollowerFetches } from './follower-fetches.ts'
import type { LogLevels } from '../server/log-levels.ts'
import type { EndOfRead } from '../server/end-of-read.ts'
import type { ParkedFetches } from './parked-fetches.ts'
import type { ServedApi, ServingNode } from '../server/handler.ts'
import type { TopicCreation } from './internal-topics.ts'
import type { ProducerIds } from './producer-ids.ts'

/** All that the handlers of one broker may touch. */
export interface BrokerServices extends ServingNode {
  readonly nodeId: number
  readonly clusterId: string
  readonly rack: string | null
  readonly random: Random
  readonly calendar: Calendar
  /** What this broker has replayed of the metadata log. */
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly partitions: Partitions
  readonly quotas: ReplicationQuotas
  readonly clientQuotas: ClientQuotas
  readonly clientMetrics: ClientMetrics
  readonly logLevels: LogLevels
  readonly logs: LogManager
  readonly controller: ControllerChannel
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  /** The other brokers, to be asked. */
  readonly peers: Peers
  /** All that this broker serves: whatever is done for each of them reads this list. */
  readonly coordinators: readonly CoordinatorHome[]
  readonly fetchSessions: FetchSessions
  readonly followerFetches: FollowerFetches
  readonly parkedFetches: ParkedFetches
  readonly producerIds: ProducerIds
  readonly topicCreation: TopicCreation
  /** What this broker serves, by API key. */
  readonly handlers: ReadonlyMap<number, ServedApi>
  /** Wall-clock time of the running socket read, ms. */
  readonly nowMs: number
  readonly endOfRead: EndOfRead
}
