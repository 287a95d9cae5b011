import type { ConfigValue } from './config-values.ts'

/**
 * What clients may ask of a cluster beyond what Apache Kafka's configs and quotas can say, as data. A managed cluster of whose
 * brokers nobody need know has such: they are of the whole cluster, whose brokers share them, where nothing else is said.
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
  /** What makes topics, changes them and removes them. */
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

/** Of the value of cleanup.policy, which is a list. */
export function isCompacted(cleanupPolicy: ConfigValue): boolean {
  return Array.isArray(cleanupPolicy) && cleanupPolicy.includes('compact')
}
