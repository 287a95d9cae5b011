/*
 * What users of `sluice/testing` see: these types are published as they stand, so that they name nothing of any other
 * module but the ones in this package.
 */

export interface TopicOptions {
  /** Default: `num.partitions`, which is 1. */
  partitions?: number
  /** Default: as many as there are brokers, three at most. */
  replicationFactor?: number
  /** Configs of the topic by Kafka's names: `retention.ms`, `cleanup.policy`, … */
  configs?: Record<string, string>
}

export interface KafkaServerOptions {
  /** How many; default 1. */
  brokers?: number
  /** By name: made before `start` resolves. A number is one of partitions. */
  topics?: Record<string, TopicOptions | number>
  /** Static broker properties by Kafka's names; unknown names and bad values are refused. */
  properties?: Record<string, string>
  /** Of the first broker's listener; the default takes any free ones for all. */
  port?: number
  /** With it identifiers and random choices are the same in every run. */
  seed?: number
}

/** Clients whose configuration `clientConfig` knows. */
export type ClientName = 'kafkajs' | 'confluent' | 'platformatic' | 'java'

export interface ClientConfigs {
  /** For `new Kafka(…)` of kafkajs. */
  kafkajs: { brokers: string[] }
  /** For `new Kafka({ 'bootstrap.servers': … })` of @confluentinc/kafka-javascript, and anything of librdkafka. */
  confluent: Record<string, string>
  /** For clients of @platformatic/kafka. */
  platformatic: { bootstrapBrokers: string[] }
  /** Properties of Java clients. */
  java: Record<string, string>
}

/** Brokers in this process, with real sockets: whatever speaks Kafka's protocol can use them. */
export interface KafkaServer extends AsyncDisposable {
  /** `127.0.0.1:port`, with commas between the brokers. */
  readonly bootstrap: string
  /** The same as a list. */
  readonly brokers: readonly string[]
  /** What a client needs to connect. */
  clientConfig<Name extends ClientName>(client: Name): ClientConfigs[Name]
  /** Ends everything: no socket, timer or file is left of it. */
  stop(): Promise<void>
}

export interface KafkaServers {
  /** Resolves when all brokers serve and the topics are there. */
  start(options?: KafkaServerOptions): Promise<KafkaServer>
}
