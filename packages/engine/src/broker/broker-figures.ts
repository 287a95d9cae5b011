import type { Partitions } from '../replication/partitions.ts'
import type { Traffic } from '../replication/traffic.ts'
import type { Server } from '../server/server.ts'
import type { RequestFigures } from '../server/request-figures.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'

/** Of a topic, or of those that are deleted, since the broker started. */
export type TrafficFigures = Readonly<
  Pick<Traffic, 'bytesIn' | 'messagesIn' | 'bytesOut' | 'replicationBytesIn' | 'replicationBytesOut'>
>

/** What a broker tells of itself at one moment. What only grows begins at nothing with each of its starts. */
export interface BrokerFigures {
  readonly nodeId: number
  readonly topics: Readonly<Record<string, TrafficFigures>>
  readonly deletedTopics: TrafficFigures
  /** By API; those that were timed are some of them. */
  readonly requests: Readonly<
    Record<string, { count: number; bytes: number; timed: number; timedMs: number }>
  >
  readonly connections: { created: number; closed: number; byListener: Readonly<Record<string, number>> }
  readonly partitions: {
    count: number
    leaders: number
    users: number
    underReplicated: number
    underMinIsr: number
  }
}

export function brokerFigures({
  nodeId,
  partitions,
  requests,
  server,
}: {
  nodeId: number
  partitions: Partitions
  requests: RequestFigures
  server: Pick<Server<never>, 'connectionFigures'>
}): BrokerFigures {
  const counts = { count: 0, leaders: 0, users: 0, underReplicated: 0, underMinIsr: 0 }
  for (const partition of partitions.all()) {
    counts.count++
    if (!isInternalTopic(partition.topic)) counts.users++
    if (!partition.isLeader) continue
    counts.leaders++
    if (partition.state.isr.length < partition.state.replicas.length) counts.underReplicated++
    if (partition.isUnderMinIsr) counts.underMinIsr++
  }
  return {
    nodeId,
    topics: Object.fromEntries(
      [...partitions.traffic.topics()].map(([name, traffic]) => [name, figuresOf(traffic)]),
    ),
    deletedTopics: figuresOf(partitions.traffic.gone),
    requests: Object.fromEntries(
      requests
        .all()
        .map(({ name, count, bytes, timed, timedMs }) => [name, { count, bytes, timed, timedMs }]),
    ),
    connections: server.connectionFigures(),
    partitions: counts,
  }
}

function figuresOf(traffic: Traffic): TrafficFigures {
  const { bytesIn, messagesIn, bytesOut, replicationBytesIn, replicationBytesOut } = traffic
  return { bytesIn, messagesIn, bytesOut, replicationBytesIn, replicationBytesOut }
}
