import { queryText } from '../api.ts'

/* As the MSK API, and pages of the service's own, have clusters, as far as they are shown. */

export interface ClusterInfo {
  clusterName: string
  clusterArn: string
  state: string
  stateInfo?: { message?: string }
  provisioned?: { numberOfBrokerNodes: number; currentBrokerSoftwareInfo?: { kafkaVersion?: string } }
}

/** As the page of the service's own has it. */
export interface Topic {
  topic: string
  partitions: number
  replicas: number
  /** Replicas that are not in sync, of all partitions. */
  outOfSync: number
  /** Partitions that nobody leads; undefined where nobody tells, as the next. */
  leaderless?: number
  /** Of all replicas. */
  bytes?: number
}

/** As the MSK API has it. */
export interface ListedTopic {
  topicName: string
  partitionCount: number
  replicationFactor: number
  outOfSyncReplicaCount: number
}

export interface Partition {
  partition: number
  /** −1: nobody leads it. */
  leader: number
  replicas: number[]
  isr: number[]
}

export interface Node {
  brokerNodeInfo?: { brokerId: number; endpoints?: string[] }
}

export interface Group {
  group: string
  state: string
  type: string
  topics: { topic: string; lag: number }[]
}

export interface GroupDescription {
  state: string
  type: string
  assignor: string
  members: {
    memberId: string
    clientId: string
    host: string
    partitions: { topic: string; partition: number }[]
  }[]
  offsets: { topic: string; partition: number; committedOffset: number; endOffset: number }[]
}

export interface BrokersReport {
  brokers: {
    broker: number
    leads: number
    replicas: number
    inSync: number
    bytes: number | null
    volumeBytes: number | null
  }[]
  topics: Topic[]
}

/** What the MSK API has below a cluster. */
export function below(arn: string, ...path: string[]): string {
  return ['/v1/clusters', ...[arn, ...path].map(encodeURIComponent)].join('/')
}

/** Pages of the service's own, which are the account's. */
export const groupsPath = (cluster: string, query: Readonly<Record<string, string>> = {}) =>
  `/_sluice/groups${queryText({ cluster, ...query })}`
export const brokersPath = (cluster: string, query: Readonly<Record<string, string>> = {}) =>
  `/_sluice/brokers${queryText({ cluster, ...query })}`

/** A partition of a group; what is null is not known. */
interface Place {
  topic: string
  partition: number
  committed: number | null
  end: number | null
  lag: number | null
  member: string | null
}

/** What it has committed, and what its members read without having done so yet, by topic and number. */
export function placesOf({ offsets, members }: GroupDescription): Place[] {
  const places = new Map<string, Place>()
  const at = (topic: string, partition: number) => {
    const key = `${topic}-${partition}`
    const nothing = { topic, partition, committed: null, end: null, lag: null, member: null }
    const place = places.get(key) ?? nothing
    places.set(key, place)
    return place
  }
  for (const { topic, partition, committedOffset: committed, endOffset: end } of offsets)
    Object.assign(at(topic, partition), { committed, end, lag: Math.max(0, end - committed) })
  for (const { clientId, host, partitions } of members)
    for (const { topic, partition } of partitions) at(topic, partition).member = `${clientId} ${host}`
  return [...places.values()].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  )
}
