/*
 * What users of `sluice/testing` see: these types are published as they stand, so that they name nothing of any other
 * package.
 */

export interface TopicOptions {
  /** Default: `num.partitions`, which is 1. */
  partitions?: number
  /** Default: as many as there are brokers, three at most. */
  replicationFactor?: number
  /** Configs of the topic by Kafka's names: `retention.ms`, `cleanup.policy`, … */
  configs?: Record<string, string>
}

/** By name; a number is one of partitions. */
export type Topics = Record<string, TopicOptions | number>

export interface KafkaServerOptions {
  /** How many, 1 to 9; default 1. With `msk: true` a multiple of two or three; default 2. */
  brokers?: number
  /** Made before `start` resolves. */
  topics?: Topics
  /** Static broker properties by Kafka's names; unknown names and bad values are refused. */
  properties?: Record<string, string>
  /** Of the first broker's listener; the default takes any free ones for all. */
  port?: number
  /** With it identifiers and random choices are the same in every run. */
  seed?: number
  /**
   * Whoever connects has to log in, by IAM as on MSK, or has to show a certificate; `clientConfig` knows how. With `msk: true`
   * all of it is over TLS, `'scram'` is SCRAM-SHA-512, and there is no `'plain'`.
   */
  auth?: 'plain' | 'scram' | 'iam' | 'mtls'
  /** The Amazon MSK API in front of these brokers: see `aws`. */
  msk?: boolean
  /** Gets a line for each warning and error of the brokers. */
  log?: (line: string) => void
}

/** Clients whose configuration `clientConfig` knows. */
export type ClientName = 'kafkajs' | 'confluent' | 'platformatic' | 'java'

export interface ClientConfigs {
  /** For `new Kafka(…)` of kafkajs. */
  kafkajs: {
    brokers: string[]
    sasl?:
      | { mechanism: 'scram-sha-256'; username: string; password: string }
      | { mechanism: 'scram-sha-512'; username: string; password: string }
      | { mechanism: 'plain'; username: string; password: string }
      | { mechanism: 'oauthbearer'; oauthBearerProvider: () => Promise<{ value: string }> }
    /** Without `key` and `cert` where clients show no certificate. */
    ssl?: { ca: string[]; key?: string; cert?: string }
  }
  /** For @confluentinc/kafka-javascript in its own words, and anything of librdkafka. */
  confluent: Record<string, string>
  /** For clients of @platformatic/kafka. */
  platformatic: {
    bootstrapBrokers: string[]
    sasl?:
      | { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string }
      | { mechanism: 'OAUTHBEARER'; token: string }
    tls?: { ca: string[]; key?: string; cert?: string }
  }
  /** Properties of Java clients. */
  java: Record<string, string>
}

export interface NewRecord {
  key?: string | Uint8Array | null
  value?: string | Uint8Array | null
  headers?: Record<string, string | Uint8Array | null>
  /** Default: by the key, as Kafka's own clients do, and in turn without one. */
  partition?: number
  /** Milliseconds since 1970; default: now. */
  timestamp?: number
}

export interface RecordPlace {
  topic: string
  partition: number
  offset: number
}

export interface StoredRecord extends RecordPlace {
  timestamp: number
  /** As text. */
  key: string | null
  value: string | null
  headers: Record<string, string | null>
  rawKey: Uint8Array | null
  rawValue: Uint8Array | null
}

export interface RecordFilter {
  key?: string | null
  value?: string | null
  partition?: number
  where?: (record: StoredRecord) => boolean
}

export interface PartitionLag {
  topic: string
  partition: number
  /** Null where nothing is committed: then all that is there counts. */
  committed: number | null
  end: number
  lag: number
}

export interface GroupLag {
  total: number
  partitions: PartitionLag[]
}

export interface GroupDescription {
  /** `Stable`, `Empty`, `PreparingRebalance`, …; `Dead` where there is no such group. */
  state: string
  members: { memberId: string; clientId: string; partitions: { topic: string; partition: number }[] }[]
}

export interface GroupWanted {
  /** Default: `Stable`. */
  state?: string
  /** How many. */
  members?: number
  /** At most so many records are left to be read and committed. */
  lag?: number
  /** Default: 15 s. */
  timeoutMs?: number
}

export interface RecordsWanted extends RecordFilter {
  /** Default: 1. */
  count?: number
  /** Default: 15 s. */
  timeoutMs?: number
}

export interface SeenRequest {
  /** Kafka's name: `Produce`, `Fetch`, `JoinGroup`, … */
  api: string
  version: number
  clientId: string | null
  broker: number
  atMs: number
  /** That it names. */
  topics: string[]
}

export interface RequestFilter {
  api?: string
  clientId?: string
  topic?: string
}

/** A request of a client, and what it was answered. */
export interface Exchange {
  /** When the request came, and how long it took until its answer was made, ms. */
  readonly atMs: number
  readonly latencyMs: number
  readonly broker: number
  readonly clientId: string | null
  readonly api: string
  readonly version: number
  /** That the request names. */
  readonly topics: readonly string[]
  readonly requestBytes: number
  /** Null where nothing was answered. */
  readonly responseBytes: number | null
  /** As Kafka's schemas name it; bytes are counted and not shown. */
  readonly request: unknown
  readonly response: unknown
  /** Each that the answer has, in words. */
  readonly errors: readonly {
    readonly code: number
    readonly name: string
    readonly meaning: string
    readonly message: string | null
    /** Where in the answer: `topics[0].partitions[1]`. */
    readonly at: string
  }[]
  /** Why request or response is not shown. */
  readonly problem: string | null
}

export interface ExchangeFilter {
  api?: string
  clientId?: string
}

/** What comes, from when it was asked for on; those that nobody takes are kept, the last 10,000 of them. */
export interface Exchanges extends AsyncIterableIterator<Exchange, undefined>, AsyncDisposable {}

/** Which requests of an API a fault befalls: all, without any of these. */
export interface FaultTarget {
  topic?: string
  partition?: number
  /** A client.id. */
  client?: string
  broker?: number
}

export interface FaultOptions extends FaultTarget {
  /** How often it fires, before it is gone. */
  times?: number
}

export type FaultAction =
  /** The answer has this error, by Kafka's name, wherever it has a place for one. Nothing is done. */
  | { error: string }
  /** Milliseconds later. */
  | { delay: number }
  /** Served, with an answer that says for how many milliseconds its client is to keep quiet. */
  | { throttle: number }
  /** Never answered, while later requests of the connection are; with `served` only the answer is lost. */
  | { drop: true; served?: boolean }
  | { disconnect: true; served?: boolean }

export interface Fault {
  /** How often it has. */
  readonly fired: number
  remove(): void
}

/** What goes wrong on purpose. APIs and errors go by Kafka's names; a name that is none is refused at once. */
export interface Faults {
  once(api: string, fault: FaultOptions & { error: string }): Fault
  always(api: string, fault: FaultOptions & { error: string }): Fault
  delay(api: string, fault: FaultOptions & { ms: number }): Fault
  throttle(api: string, fault: FaultOptions & { ms: number }): Fault
  /** Once, unless `times` says more. With `served` only the answer is lost. */
  drop(api: string, fault?: FaultOptions & { served?: boolean }): Fault
  disconnect(api: string, fault?: FaultOptions & { served?: boolean }): Fault
  /** Asked of every request; undefined: nothing befalls it. */
  use(decide: (request: SeenRequest) => FaultAction | undefined): Fault
  clear(): void
}

/**
 * The time of day of the brokers. It runs at real speed; what is kept for a time, transactions and tokens go by it.
 * Connections, brokers and, unless it is said otherwise, members of groups are alive in the time that passes.
 */
export interface ServerClock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * By `'8d'`, `'90m'`, `'1h 30m'`, `'500ms'`, or milliseconds. Resolves when everything is done that is due by then. The
   * clocks of clients stay where they are: what they write from then on is as old as the way that this one is ahead.
   */
  advance(by: string | number, options?: { sessions?: boolean }): Promise<void>
}

/** One broker of a server. Its address stays the same. */
export interface BrokerHandle {
  readonly id: number
  readonly address: string
  readonly isRunning: boolean
  /** Others lead its partitions first, and everything is on its disk. */
  stop(): Promise<void>
  /** As a crash would: nothing is said. The controller sees it at once. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** For clients of AWS, and for logins by IAM. */
export interface AwsAccess {
  readonly region: string
  readonly accountId: string
  /** Of the account itself, which may do everything. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Of the MSK API; null without `msk: true`. */
  readonly endpoint: string | null
  /** These brokers, as a cluster of the API. */
  readonly clusterArn: string | null
  /** For `new KafkaClient(…)` of `@aws-sdk/client-kafka`. */
  readonly clientConfig: {
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
    readonly endpoint?: string
  }
}

/** All records, topics, groups and settings of a server at one moment. */
export interface Snapshot {
  readonly takenAtMs: number
}

/** As Vitest and Jest have it. */
export type Matcher = (
  this: { isNot?: boolean },
  received: unknown,
  ...expected: unknown[]
) => { pass: boolean; message: () => string } | Promise<{ pass: boolean; message: () => string }>

/** What `expect` gains; what is asked for is waited for. */
export interface KafkaMatchers<R = unknown> {
  /** A record that matches is there, or comes within 15 s. */
  toHaveProduced(topic: string, filter?: RecordFilter): Promise<R>
  toHaveNoRecords(topic: string): Promise<R>
  /** As `waitForGroup`. */
  toHaveGroup(group: string, wanted?: GroupWanted): Promise<R>
  /** A client has sent such a request. */
  toHaveRequested(filter?: RequestFilter): R
}

/** For workers of one run that share a server: each has names of its own. */
export interface SharedServer {
  readonly bootstrap: string
  clientConfig<Name extends ClientName>(client: Name): ClientConfigs[Name]
  /** As this file of tests calls the topic. */
  topic(name: string): string
  group(name: string): string
  /** By the names that `topic` gives. */
  createTopics(topics: Topics): Promise<void>
}

/** Brokers in this process, with real sockets: whatever speaks Kafka's protocol can use them. */
export interface KafkaServer extends AsyncDisposable {
  /** `127.0.0.1:port`, with commas between the brokers. */
  readonly bootstrap: string
  /** The same as a list. */
  readonly addresses: readonly string[]
  /** What a client needs to connect. */
  clientConfig<Name extends ClientName>(client: Name): ClientConfigs[Name]

  createTopics(topics: Topics): Promise<void>
  /** Those of users, by name. */
  topics(): Promise<string[]>
  /** Where each of them is, in the order in which they are given. */
  produce(
    topic: string,
    records: NewRecord | string | readonly (NewRecord | string)[],
  ): Promise<RecordPlace[]>
  /** What is there now, by partitions and offsets; of transactions what is committed. */
  records(topic: string, filter?: RecordFilter): Promise<StoredRecord[]>
  /** Resolves with those that match, once there are enough. */
  waitForRecords(topic: string, wanted?: RecordsWanted): Promise<StoredRecord[]>

  /** Commits for a group that nobody is in, or in the name of nobody in particular. */
  commit(group: string, places: RecordPlace | readonly RecordPlace[]): Promise<void>
  /** Of what is committed, or assigned to its members. Throws where nobody knows the group. */
  lag(group: string): Promise<GroupLag>
  group(group: string): Promise<GroupDescription>
  waitForGroup(group: string, wanted?: GroupWanted): Promise<GroupDescription>

  /**
   * A clean slate between tests: topics are as `start` was asked for them, without records, and groups are forgotten
   * where nobody is in them. Faults and what is known of requests go. Clients stay connected. With `keepTopics` those that tests have made stay too, without records.
   */
  reset(options?: { keepTopics?: boolean }): Promise<void>
  snapshot(): Snapshot
  /** Everything is as it was then. Clients have to connect again, to the same addresses. */
  restore(snapshot: Snapshot): Promise<void>
  /** Another server with all that is in this one, on ports of its own. */
  fork(): Promise<KafkaServer>

  /** By its id, from 1 on. */
  broker(id: number): BrokerHandle
  /** Resolves when the broker leads the partition. It becomes a replica where it is none. */
  moveLeader(topic: string, partition: number, brokerId: number): Promise<void>

  /** What has come from clients, the oldest first; the last 10,000 of them. */
  requests(filter?: RequestFilter): SeenRequest[]
  /**
   * Listens to what clients ask and are answered: `for await (const { api, errors } of kafka.tap({ api: 'JoinGroup' })) …`.
   * It ends with the loop, with `return()`, or with the server.
   */
  tap(filter?: ExchangeFilter): Exchanges
  readonly faults: Faults
  readonly clock: ServerClock
  /** Where the server was started with `msk: true` or `auth: 'iam'`. */
  readonly aws: AwsAccess

  /** Ends everything: no socket, timer or file is left of it. Warns of clients that are still connected, and of faults that never fired. */
  stop(): Promise<void>
}

export interface KafkaServers {
  /** Resolves when all brokers serve and the topics are there. */
  start(options?: KafkaServerOptions): Promise<KafkaServer>
}
