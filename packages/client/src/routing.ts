import type { Clock } from '@sluice/effects'
import { ErrorCode, errorInfo, FindCoordinator } from '@sluice/wire'
import type { BrokerAccess } from './brokers.ts'
import type { Connection } from './connection.ts'
import { ConnectionClosedError, KafkaError, throwOnError } from './errors.ts'
import { describeTopics } from './topics.ts'

const retryEveryMs = 50
const timeoutMsDefault = 30_000
/** A topic that was just made may be unknown to a broker for so long. */
const unknownTopicMsMax = 500
const keyTypeGroup = 0
/** From this version on a request asks for several coordinators. */
const coordinatorsVersionMin = 4

export interface Route {
  readonly brokers: BrokerAccess
  readonly clock: Clock
  readonly timeoutMs?: number
}

/** What it gives, tried again while what is in its way passes by itself: leaders and coordinators that move, lost connections. */
export async function persistently<Answer>(
  { clock, timeoutMs = timeoutMsDefault }: Pick<Route, 'clock' | 'timeoutMs'>,
  use: () => Promise<Answer>,
): Promise<Answer> {
  const startMs = clock.monotonic()
  for (;;) {
    try {
      return await use()
    } catch (error) {
      const left = startMs + patienceMs(error, timeoutMs) - clock.monotonic()
      if (left <= 0) throw error
      await clock.sleep(retryEveryMs)
    }
  }
}

function patienceMs(error: unknown, timeoutMs: number): number {
  if (error instanceof ConnectionClosedError) return timeoutMs
  if (!(error instanceof KafkaError) || !errorInfo(error.code).retriable) return 0
  return error.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ? unknownTopicMsMax : timeoutMs
}

/** Asks the leader of the partition, whoever that is by then. */
export function atLeader<Answer>(
  route: Route,
  topic: string,
  partition: number,
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  return persistently(route, async () => {
    const { topics } = await describeTopics(await route.brokers.any(), [topic])
    throwOnError(topics[0]?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    const found = topics[0]?.partitions.find(({ partitionIndex }) => partitionIndex === partition)
    if (!found) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if (found.leaderId < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE)
    return use(await route.brokers.to(found.leaderId))
  })
}

/** Asks the coordinator of the group, whoever that is by then. */
export function atCoordinator<Answer>(
  route: Route,
  group: string,
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  return persistently(route, async () => {
    const any = await route.brokers.any()
    const version = await any.versionFor(FindCoordinator)
    const request =
      version < coordinatorsVersionMin
        ? { key: group, keyType: keyTypeGroup }
        : { keyType: keyTypeGroup, coordinatorKeys: [group] }
    const answer = await any.send(FindCoordinator, version, request)
    const found = version < coordinatorsVersionMin ? answer : answer.coordinators[0]
    throwOnError(found?.errorCode ?? ErrorCode.COORDINATOR_NOT_AVAILABLE, found?.errorMessage)
    return use(await route.brokers.to(found?.nodeId ?? -1))
  })
}

/** Asks the controller: behind ZooKeeper it has to be that very broker, elsewhere each passes such requests on. */
export function atController<Answer>(
  route: Route,
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  return persistently(route, async () => {
    const any = await route.brokers.any()
    const { controllerId, brokers } = await describeTopics(any, [])
    const isKnown = brokers.some(({ nodeId }) => nodeId === controllerId)
    return use(isKnown ? await route.brokers.to(controllerId) : any)
  })
}
