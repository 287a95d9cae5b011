import type { ClusterLimits } from '../engines/engine.ts'

/** A broker a zone is the least: each partition has a replica in each of them. */
export const serverlessZones = 3

const MB = 1_000_000
const MiB = 1_048_576
const GiB = 1_073_741_824

/** What clients of a serverless cluster may do (the same page, and "Configuration properties"); of the whole cluster where nothing else is said. */
export const serverlessLimits: ClusterLimits = {
  topicConfigs: [
    'cleanup.policy',
    'compression.type',
    'max.message.bytes',
    'message.timestamp.difference.max.ms',
    'message.timestamp.type',
    'retention.bytes',
    'retention.ms',
  ],
  fixedTopicConfigs: ['cleanup.policy'],
  replicationFactor: serverlessZones,
  partitionsMax: { compacted: 120, others: 2_400 },
  partitionChanges: { count: 250, windowSeconds: 300 },
  topicRequestsPerSecond: 2,
  requestsPerSecond: 15_000,
  bytesInPerSecond: 200 * MB,
  bytesOutPerSecond: 400 * MB,
  partitionBytesInPerSecond: 5 * MB,
  partitionBytesOutPerSecond: 10 * MB,
  compactedPartitionBytesMax: 250 * GiB,
  messageBytesMax: 8 * MiB,
  fetchBytesMax: 55 * MB,
  groupsMax: 500,
  connectionsMax: 3_000,
  connectionsPerSecond: 100,
}
