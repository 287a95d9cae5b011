/* What the brokers of a cluster tell of it, and take, by Kafka's own protocol. */

export interface GroupOverview {
  group: string
  state: string
  /** `consumer`, `classic`, `share`, `streams`; empty where brokers are too old to say. */
  type: string
  /** How far it is behind in each topic of which it has committed something, as far as brokers tell: of each the first 1,000 groups. */
  topics: { topic: string; lag: number }[]
}

export interface GroupDescription extends Omit<GroupOverview, 'topics'> {
  assignor: string
  members: {
    memberId: string
    clientId: string
    /** Where it connects from. */
    host: string
    partitions: { topic: string; partition: number }[]
  }[]
  offsets: Omit<ConsumerOffset, 'group'>[]
}

export interface ClusterOverview {
  /** −1 where there is none. */
  controllerId: number
  topics: readonly {
    name: string
    isInternal: boolean
    partitions: readonly { leader: number; replicas: readonly number[]; isr: readonly number[] }[]
  }[]
}

export interface ConsumerOffset {
  group: string
  topic: string
  partition: number
  committedOffset: number
  endOffset: number
}

/** What brokers of the embedded engine count. What only grows begins anew with each start of a broker. */
export interface BrokerFigures {
  nodeId: number
  topics: Readonly<Record<string, TrafficFigures>>
  deletedTopics: TrafficFigures
  /** By API; those that were timed are some of them. */
  requests: Readonly<Record<string, { count: number; bytes: number; timed: number; timedMs: number }>>
  connections: { created: number; closed: number; byListener: Readonly<Record<string, number>> }
  partitions: { count: number; leaders: number; users: number; underReplicated: number; underMinIsr: number }
}

export interface TrafficFigures {
  readonly bytesIn: number
  readonly messagesIn: number
  readonly bytesOut: number
  readonly replicationBytesIn: number
  readonly replicationBytesOut: number
}

/** The directory in which a broker has its logs. */
export interface LogDirectory {
  nodeId: number
  /** Of the volume that it is, or the disk that it is on; −1 where the broker does not say. */
  totalBytes: number
  usableBytes: number
  logs: readonly { topic: string; partition: number; bytes: number }[]
}

/** Topics as people ask for them. Any broker that runs answers; rejects with its KafkaError, or for want of an answer. */
export interface ClusterTopics {
  /** By name. */
  list(): Promise<TopicDescription[]>
  /** Null where there is none of this name. */
  describe(name: string): Promise<TopicDescription | null>
  /** Those that it has, by default too; not what is secret. */
  configs(name: string): Promise<Record<string, string>>
  create(topic: NewTopic): Promise<void>
  /** Those that it has of its own become these. */
  setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void>
  setPartitionCount(name: string, count: number): Promise<void>
  delete(name: string): Promise<void>
}

export interface TopicDescription {
  name: string
  /** By number. */
  partitions: { partition: number; leader: number; replicas: number[]; isr: number[] }[]
}

export interface NewTopic {
  name: string
  partitions: number
  replicationFactor: number
  configs: Record<string, string>
}

export interface ScramUsersChange {
  set: readonly SaltedCredential[]
  remove: readonly string[]
}

/** What brokers are told of a user's password (KIP-554), for SCRAM-SHA-512. */
export interface SaltedCredential {
  user: string
  iterations: number
  salt: Buffer
  saltedPassword: Buffer
}
