import { assert, type TlsCredentials } from '@sluice/effects'
import type { ClusterAccess } from '../../iam/cluster-access.ts'
import type {
  GroupOverview,
  GroupDescription,
  ClusterOverview,
  ConsumerOffset,
  BrokerFigures,
  LogDirectory,
  ClusterTopics,
  ScramUsersChange,
} from './cluster-view.ts'

/**
 * What runs the nodes of clusters. The fleet knows an engine only by this: which nodes a cluster has, starting
 * and stopping one of them, and whether all is well. What a cluster shall be, in which order nodes are touched
 * and what becomes of a failure are decided above, for every engine alike.
 */
export interface Engine {
  readonly name: EngineName
  /** The versions that clusters may ask for, by MSK's names, oldest first. */
  readonly kafkaVersions: readonly KafkaVersion[]
  readonly defaultKafkaVersion: string
  /** The listeners for clients that its brokers can have. */
  readonly clientListeners: ReadonlySet<ClientListenerName>
  /** By what their owner may have clients log in at CLIENT_SASL_SCRAM, by Kafka's names. */
  readonly loginMechanisms: ReadonlySet<string>
  /** Whether its brokers refuse clients whose certificates are on a revocation list of their truststore. */
  readonly heedsRevocations: boolean
  /** How the nodes of a cluster can be hosted; the first is what a cluster has that does not choose. */
  readonly hostings: readonly Hosting[]
  /** How many nodes of all its clusters start at a time. */
  readonly nodeStartsMax: number
  /** Broker properties that it takes and that then change nothing. */
  readonly ignoredProperties: ReadonlySet<string>
  /** What is wrong with these static broker properties: unknown names, values out of range. */
  checkProperties(properties: Readonly<Record<string, string>>, kafkaVersion: string): PropertyProblem[]
  /** The nodes that such a cluster needs beside its brokers, and the listeners that all of them have among themselves. */
  topology(spec: TopologySpec): Topology
  /** The versions that a running cluster of this one may be moved to, oldest first. */
  compatibleVersions(kafkaVersion: string): readonly string[]
  /**
   * Which part of such a change the brokers of the cluster of this name would not follow, as the subject of a sentence; null where
   * they follow all of it. Without it they always do.
   */
  notFollowed?(cluster: string, change: WantedChange): string | null
  /**
   * Looks at a cluster's directory, which may be empty: nodes that a former service left running are found
   * again. `onChange` is called when a node has changed by itself (it died). Starts nothing.
   */
  open(cluster: EngineClusterOptions): Promise<EngineCluster>
}

/** What is asked of a cluster, before it is taken in hand. */
export interface WantedChange {
  /** MSK's type of the operation. */
  readonly type: string
  /** The members of the cluster's spec that it changes. */
  readonly target: object
}

export type EngineName = 'embedded' | 'apache-kafka'

/** Where the nodes of a cluster run: all in the service's process, or each in one of its own. */
export type Hosting = 'inline' | 'process'

export interface KafkaVersion {
  /** MSK's name: `3.9.x`, `4.4.x.kraft`. */
  version: string
  status: 'ACTIVE' | 'DEPRECATED'
  /** What stands behind it, for people: `Apache Kafka 4.4.0`. */
  software: string
}

export interface PropertyProblem {
  name: string
  /** Names the property and says what is wrong, as a sentence without its full stop. */
  problem: string
}

export type NodeRole = 'broker' | 'controller' | 'zookeeper'

/** Every listener that a node can have, by the name that configurations and records carry. */
export const ListenerName = {
  client: 'CLIENT',
  clientSecure: 'CLIENT_SECURE',
  clientScram: 'CLIENT_SASL_SCRAM',
  clientIam: 'CLIENT_IAM',
  /** Between brokers. */
  replication: 'REPLICATION',
  controller: 'CONTROLLER',
  /** The same where nodes know each other by certificates: nobody else gets in. */
  secureReplication: 'REPLICATION_SECURE',
  secureController: 'CONTROLLER_SECURE',
  /** ZooKeeper's three: for brokers, for its followers, for its elections. */
  zookeeper: 'ZOOKEEPER',
  peer: 'PEER',
  election: 'ELECTION',
  /** No listeners of Kafka's: where brokers are measured (MSK's open monitoring). */
  jmxExporter: 'JMX_EXPORTER',
  nodeExporter: 'NODE_EXPORTER',
} as const

export type ListenerName = (typeof ListenerName)[keyof typeof ListenerName]

/** Those for clients, with MSK's port and Kafka's protocol of each (MSK Developer Guide, "Port information"). */
export const clientListeners = {
  CLIENT: { port: 9092, protocol: 'PLAINTEXT' },
  CLIENT_SECURE: { port: 9094, protocol: 'SSL' },
  CLIENT_SASL_SCRAM: { port: 9096, protocol: 'SASL_SSL' },
  CLIENT_IAM: { port: 9098, protocol: 'SASL_SSL' },
} as const satisfies Partial<Record<ListenerName, { port: number; protocol: SecurityProtocol }>>

export type ClientListenerName = keyof typeof clientListeners
type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

const secureListeners: ReadonlySet<ListenerName> = new Set(['REPLICATION_SECURE', 'CONTROLLER_SECURE'])

/** MSK's ports. */
export const exporterPorts: Readonly<Partial<Record<ListenerName, number>>> = {
  JMX_EXPORTER: 11_001,
  NODE_EXPORTER: 11_002,
}

export function isExporter(name: ListenerName): name is 'JMX_EXPORTER' | 'NODE_EXPORTER' {
  return name in exporterPorts
}

/** Is it for nodes alone, which show their certificates? */
export function isSecureInner(name: ListenerName): boolean {
  return secureListeners.has(name)
}

export function isClientListener(name: ListenerName): name is ClientListenerName {
  return name in clientListeners
}

export function securityProtocolOf(name: ListenerName): SecurityProtocol {
  if (isClientListener(name)) return clientListeners[name].protocol
  return isSecureInner(name) ? 'SSL' : 'PLAINTEXT'
}

/** What of a cluster's spec decides its topology. */
export interface TopologySpec {
  kafkaVersion: string
}

export interface Topology {
  /** Controllers or ZooKeeper nodes, by id. They are started before brokers. */
  quorum: {
    role: 'controller' | 'zookeeper'
    nodeIds: readonly number[]
    /** Of ZooKeeper nodes, as ListNodes tells it: `3.8.4`. */
    zookeeperVersion?: string
  }
  listeners: Record<'broker' | 'quorum', readonly ListenerName[]>
}

export interface EngineClusterOptions {
  /** The name in messages. */
  name: string
  /** The engine makes `broker-1`, … below it. */
  directory: string
  /** One of the engine's. */
  hosting: Hosting
  /** What of the cluster's metadata is broken or gone is accepted as lost: it starts without. */
  acceptsMetadataLoss?: boolean
  /** What the service itself shows to nodes that want a certificate, read anew. */
  credentials: () => TlsCredentials
  /** Who can log in where a cluster has CLIENT_IAM. */
  access: ClusterAccess
  onChange: () => void
  /**
   * A node that runs gave no answer for a while or its disk did not serve, or does again: others may lead in its place, and
   * nobody is told when all is as before.
   */
  onDoubt: () => void
}

/** One node, known by its role and id: `broker` 1 and `zookeeper` 1 are two. */
export interface NodeKey {
  role: NodeRole
  nodeId: number
}

/** All that decides how the nodes of a cluster run. Two equal plans give the same cluster. */
export interface ClusterPlan {
  kafkaVersion: string
  nodes: readonly NodePlan[]
  /** Static broker properties, all levels merged. */
  properties: Readonly<Record<string, string>>
  /** How large the volume of each broker is; without it, as large as the disk. Nothing is started anew for it. */
  volumeBytes?: number
  /** Where clients are held to more than Kafka's own configs and quotas. */
  limits?: ClusterLimits
}

/**
 * What clients may ask of a cluster beyond what Kafka's own configs and quotas can say; of the whole cluster, whose brokers
 * share it, where nothing else is said. What goes over the one or the other is answered as Kafka's protocol has it.
 */
export interface ClusterLimits {
  /** The only topic configs that clients may set. */
  readonly topicConfigs: readonly string[]
  /** Those of them that stay as they are when the topic has been made. */
  readonly fixedTopicConfigs: readonly string[]
  /** Of every topic; where its replicas are is decided by the cluster. */
  readonly replicationFactor: number
  readonly partitionsMax: { readonly compacted: number; readonly others: number }
  /** Partitions made and removed within a time. */
  readonly partitionChanges: { readonly count: number; readonly windowSeconds: number }
  readonly topicRequestsPerSecond: number
  readonly requestsPerSecond: number
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
  readonly partitionBytesInPerSecond: number
  readonly partitionBytesOutPerSecond: number
  readonly compactedPartitionBytesMax: number
  readonly messageBytesMax: number
  /** Of one Fetch. */
  readonly fetchBytesMax: number
  readonly groupsMax: number
  readonly connectionsMax: number
  readonly connectionsPerSecond: number
}

export interface NodePlan extends NodeKey {
  rack: string | null
  listeners: readonly NodeListener[]
  /** Of a broker with a listener for clients that is encrypted. */
  tls?: NodeTls
  /** By what clients log in at CLIENT_SASL_SCRAM, as `sasl.enabled.mechanisms` has it, where that is not SCRAM-SHA-512 alone. */
  scramMechanisms?: string
  /** By which it and the other nodes of its cluster know each other, where they do. */
  identity?: NodeIdentity
  /** Raised by each reboot: a node that runs under a lower one is out of date. */
  generation: number
}

export interface NodeListener {
  name: ListenerName
  /** The address that it binds. */
  host: string
  port: number
  /** What clients are told in its place. */
  advertised?: { host: string; port: number }
}

/** What a broker's encrypted listeners for clients are made of; the files are PEM. */
export interface NodeTls {
  /** Its key, its certificate and the authority's. */
  keystore: string
  /** The authorities of clients. */
  truststore: string
  /** What CLIENT_SECURE wants of clients, as `ssl.client.auth` has it. */
  clientAuth: 'none' | 'requested' | 'required'
  /** How CLIENT_SECURE names clients by their certificates, as `ssl.principal.mapping.rules` has it; as all listeners do without. */
  principalMapping?: string
}

/** What nodes show to each other; the files are PEM. */
export interface NodeIdentity {
  /** Its key, its certificate and the authority's. */
  keystore: string
  /** The authority of this very cluster's nodes, and no other. */
  truststore: string
  /** Whom Kafka sees in each of them. */
  principal: string
}

export interface EngineCluster {
  /** Kafka's id of the cluster; null until its first node has been started. */
  readonly clusterId: string | null
  /** What people have to know of its nodes while they run, what matters most first. */
  findings(): readonly Finding[]
  /** The nodes that run now, or did and failed; those that were stopped are not among them. */
  nodes(): readonly ObservedNode[]
  /**
   * What of the plan this node runs under, as an opaque text. A running node whose `fingerprint` differs from it
   * has to be started anew to follow the plan.
   */
  fingerprint(plan: ClusterPlan, node: NodeKey): string
  /**
   * Brokers that run and look for their controller where the plan has it no more: to the cluster they are gone, whatever they
   * do, until they are started anew.
   */
  stranded(plan: ClusterPlan): readonly NodeKey[]
  /**
   * Starts a node on the data that is there, or on none, and resolves when it answers. A quorum's node may need
   * the others to be of use; a broker that answers is registered. Rejects with the reason as an OperatingError or
   * the system's error (a taken port is EADDRINUSE); then the node does not run.
   */
  startNode(plan: ClusterPlan, node: NodeKey, signal?: AbortSignal): Promise<void>
  /** Stops a node cleanly: it hands over what it leads first, and all that is acknowledged is on disk. */
  stopNode(node: NodeKey): Promise<void>
  /**
   * Removes what a stopped node has on disk and what the cluster remembers of it; the plan has it no more. May be
   * called again.
   */
  removeNode(plan: ClusterPlan, node: NodeKey): Promise<void>
  /**
   * Null when every node of the plan serves, its quorum is complete and every partition has all its replicas in
   * sync; else what is missing, as a sentence.
   */
  health(plan: ClusterPlan): Promise<string | null>
  /** The files of a node have other certificates: it shows them from now on, if it runs, without a new start. */
  takeUpCertificates(plan: ClusterPlan, node: NodeKey): Promise<void>
  /** The volumes of brokers that run are of the plan's size from now on, where the engine bounds them. */
  resizeVolumes(plan: ClusterPlan): void
  /** Makes what the plan's version brings available once every node runs it. May be called again. */
  finalizeVersion(plan: ClusterPlan): Promise<void>
  /** What its brokers that run count; nothing where the engine's brokers do not tell. */
  figures(): BrokerFigures[]
  /** What is asked of its brokers, whatever runs them. */
  readonly brokers: ClusterBrokers
  /** Stops every node cleanly, brokers first. */
  stop(): Promise<void>
}

/** What a cluster's brokers tell and do by Kafka's own protocol. */
export interface ClusterBrokers {
  /** How many partitions of users' topics a broker holds: it may leave the cluster when there are none. */
  userPartitions(plan: ClusterPlan, nodeId: number): Promise<number>
  /** The users' topics that are on one broker each, by name. */
  topicsOfOneReplica(plan: ClusterPlan): Promise<string[]>
  /**
   * Brings internal topics to as many replicas as the plan asks for, on its brokers alone. Null when they stand so, else
   * what is on its way, as a sentence; may be called again.
   */
  placeInternalTopics(plan: ClusterPlan): Promise<string | null>
  /**
   * Spreads all partitions evenly over the plan's brokers, each replica within its rack, and takes them from all others. Null
   * when they stand so, else what is on its way, as a sentence; may be called again.
   */
  placePartitions(plan: ClusterPlan): Promise<string | null>
  /**
   * Each partition is led by the first of its replicas again. Null when it is so, else which one's cannot lead yet, as a
   * sentence; may be called again.
   */
  restoreLeaders(plan: ClusterPlan): Promise<string | null>
  /** Who can log in by SCRAM-SHA-512. */
  scramUsers(plan: ClusterPlan): Promise<ReadonlySet<string>>
  /** Gives users these credentials, and takes theirs from others, which need have none. May be called again. */
  alterScramUsers(plan: ClusterPlan, change: ScramUsersChange): Promise<void>
  readonly topics: ClusterTopics
  /** Of each broker that runs and answers. */
  logDirectories(): Promise<LogDirectory[]>
  /** Null where nobody answers. */
  overview(): Promise<ClusterOverview | null>
  /** How far groups of consumers have come that MSK tells of, as far as brokers answer. */
  consumerOffsets(): Promise<ConsumerOffset[]>
  /** All groups, by name, as far as brokers answer. */
  groups(): Promise<GroupOverview[]>
  /** Null where there is none of this name. */
  group(name: string): Promise<GroupDescription | null>
}

/** As long as something is so, or has been found lost in this process's life. */
export interface Finding {
  code: 'DISK_FAILING' | 'VOLUME_FULL' | 'LOSS_FOUND' | 'NOT_AS_CONFIGURED'
  /** A sentence or more that name the node. */
  message: string
}

export interface ObservedNode extends NodeKey {
  state: 'running' | 'failed'
  /** Why it failed, as a sentence that names the node; null while it runs. */
  failure: string | null
  /** It runs, and did not answer when it was asked last: nobody knows whether others have missed it yet. */
  isSilent?: boolean
  fingerprint: string
  /** Where it is on this machine; a node that runs elsewhere has no such place. */
  local?: LocalNode
  /** Where it is reached. */
  listeners: readonly NodeListener[]
}

export interface LocalNode {
  pid: number
  /** Of its data. */
  directory: string
}

export function sameNode(a: NodeKey, b: NodeKey): boolean {
  return a.role === b.role && a.nodeId === b.nodeId
}

/** The node's own part of the plan, which must have one. */
export function nodeOf(plan: ClusterPlan, key: NodeKey): NodePlan {
  const node = plan.nodes.find((one) => sameNode(one, key))
  assert(node, `${nodeName(key)} is not in the plan`)
  return node
}

/** Of a controller, encrypted or not. */
export function controllerListenerOf({ listeners }: NodePlan): NodeListener {
  const listener = listeners.find(({ name }) => name === 'CONTROLLER' || name === 'CONTROLLER_SECURE')
  assert(listener, 'a controller has its listener')
  return listener
}

export function listenerOf(node: NodePlan, name: ListenerName): NodeListener {
  const listener = node.listeners.find((candidate) => candidate.name === name)
  assert(listener, `${nodeName(node)} has a listener ${name}`)
  return listener
}

/** `broker 1`, as it stands in sentences. */
export function nodeName({ role, nodeId }: NodeKey): string {
  return `${role === 'zookeeper' ? 'ZooKeeper node' : role} ${nodeId}`
}
