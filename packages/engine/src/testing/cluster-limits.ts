import type { ClusterLimits } from '../metadata/cluster-limits.ts'

/** For tests: limits that nobody reaches, but for these. */
export function clusterLimits(change: Partial<ClusterLimits> = {}): ClusterLimits {
  const many = 1_000_000_000
  return {
    topicConfigs: ['cleanup.policy', 'max.message.bytes', 'retention.ms'],
    fixedTopicConfigs: ['cleanup.policy'],
    replicationFactor: 1,
    partitionsMax: { compacted: many, others: many },
    partitionChanges: { count: many, windowSeconds: 300 },
    topicRequestsPerSecond: many,
    requestsPerSecond: many,
    bytesInPerSecond: many,
    bytesOutPerSecond: many,
    partitionBytesInPerSecond: many,
    partitionBytesOutPerSecond: many,
    compactedPartitionBytesMax: many,
    messageBytesMax: many,
    fetchBytesMax: many,
    groupsMax: many,
    connectionsMax: many,
    connectionsPerSecond: many,
    ...change,
  }
}
