import type { ClientListenerName } from './fleet/engines/engine.ts'
import type { Reach } from './fleet/reach.ts'

/** What `sluice status` and `sluice env` show; the service answers it as JSON at `statusPath`. */
export interface StatusReport {
  version: string
  pid: number
  startedAt: string
  dataDirectory: string
  /** The AWS endpoint, as clients are told of it. */
  endpoint: string
  /** Where browsers of this machine find the console; null where it is not a part of it. */
  console: string | null
  /** And where this machine reaches it, whatever name it has for others. */
  local: { host: string; port: number }
  /** What is bound, and the names that clients are told in its place. */
  reach: Reach
  region: string
  accountId: string
  /** Runs the clusters that name none. */
  engine: string
  /** Of clusters that choose none, where their engine has it. */
  hosting: string
  /** Any signature is accepted: the explicit development mode. */
  acceptsAnySignature: boolean
  /** How long creations and changes of clusters take. */
  pace: string
  /** Whether shards of streams take and give only so much: on or off. */
  streamLimits: string
  /** The cluster that is meant when none is named. */
  defaultCluster: string | null
  /** What differs from what one would expect, in sentences, such as a port that moved. */
  notes: readonly string[]
  clusters: ClusterReport[]
  /** What clients of encrypted listeners, and of the AWS endpoint by TLS, have to trust; null before there is either. */
  trust: { caFile: string; bundleFile: string; javaTruststore: string } | null
}

const members: Readonly<Record<keyof StatusReport, true>> = {
  version: true,
  pid: true,
  startedAt: true,
  dataDirectory: true,
  endpoint: true,
  console: true,
  local: true,
  reach: true,
  region: true,
  accountId: true,
  engine: true,
  hosting: true,
  acceptsAnySignature: true,
  pace: true,
  streamLimits: true,
  defaultCluster: true,
  notes: true,
  clusters: true,
  trust: true,
}

/** What a service of an older build does not tell of itself; undefined where it is all there. */
export function untold(answer: object): string | undefined {
  return Object.keys(members).find((name) => !Object.hasOwn(answer, name))
}

/** In the explicit development mode alone: what goes wrong on purpose. */
export const faultsPath = '/_sluice/faults'

/** Where whoever listens to clients asks for what has come: it takes a `TapRequest`. */
export const tapPath = '/_sluice/tap'

/** What groups of consumers a cluster has, `?cluster=NAME`, or one of them, `&group=NAME`: how far each is behind. */
export const groupsPath = '/_sluice/groups'

/**
 * Where brokers are stopped on purpose and started again: it takes a `BrokerHold`. Whoever reads it, `?cluster=NAME`, gets a
 * `BrokersReport`, and with `&topic=NAME` where the partitions of a topic are.
 */
export const brokersPath = '/_sluice/brokers'

/** Where the account itself gets links that open the console signed in: POST answers a `ConsoleLink`. */
export const consoleLinksPath = '/_sluice/console-links'

export interface ConsoleLink {
  link: string
}

export interface BrokerHold {
  cluster: string
  broker: number
  stopped: boolean
}

/** What the brokers of a cluster lead and hold. */
export interface BrokersReport {
  brokers: {
    broker: number
    /** How many partitions it leads, of how many it has replicas, and how many of these are in sync. */
    leads: number
    replicas: number
    inSync: number
    /** Of its logs; null where it does not answer. */
    bytes: number | null
    /** Of the volume that it is on; null where it does not say. */
    volumeBytes: number | null
  }[]
  /** By name. */
  topics: {
    topic: string
    partitions: number
    /** Of its partition with the fewest. */
    replicas: number
    /** How many replicas are not in sync, and how many partitions nobody leads. */
    outOfSync: number
    leaderless: number
    /** Of all replicas together. */
    bytes: number
  }[]
}

export interface ClusterReport {
  name: string
  arn: string
  state: string
  /** Why it is in this state, or what of it is not served, in sentences. */
  stateInfo: string | null
  /** What runs it: `embedded` or `apache-kafka`; null where its record cannot be read. */
  engine: string | null
  /** Where its nodes run: `inline` is in the service's process, `process` is in one of its own each. */
  hosting: string | null
  kafkaVersion: string
  /** Those that were set when it was made. */
  brokerProperties: Readonly<Record<string, string>>
  /** `host:port,…` of the plaintext listener; empty while none runs, or where there is none. */
  bootstrapServers: string
  /** The same of every listener for clients that runs, by MSK's name of it. */
  listeners: Readonly<Partial<Record<ClientListenerName, string>>>
  /** One that can log in by SCRAM, and the secret that has its password; null where none can. */
  scramUser: { name: string; secretArn: string } | null
  brokers: NodeReport[]
  /** Controllers or ZooKeeper nodes. */
  quorum: (NodeReport & { role: string })[]
}

export interface NodeReport {
  id: number
  /** AWS's id of its availability zone. */
  zone?: string
  listeners: readonly ListenerReport[]
  /** Of a broker that open monitoring asks for: what Prometheus scrapes. */
  exporters?: readonly ExporterReport[]
  /** Of one that runs on this machine. */
  pid?: number
  dataDirectory?: string
}

export interface ExporterReport {
  name: 'JMX_EXPORTER' | 'NODE_EXPORTER'
  /** As others are told of it: `http://127.0.0.1:11001/metrics`. */
  url: string
}

interface ListenerReport {
  name: string
  /** The address that it binds. */
  host: string
  port: number
  /** What clients are told in its place. */
  advertised?: { host: string; port: number }
}

/** Says to anyone whether the service is ready. */
export const healthPath = '/_sluice/health'
/** The report, to who signs. */
export const statusPath = '/_sluice/status'
