/*
 * AlterReplicaLogDirs, versions 1 and 2: moves replicas to other log directories of their broker (KIP-113). A broker has
 * one here: its replicas are there already, and any other path is none of its directories.
 */
import { AlterReplicaLogDirs, ErrorCode } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

export const alterReplicaLogDirs = handler(
  AlterReplicaLogDirs,
  [whole('alter', 'cluster')],
  function* ({ dirs }, { broker }) {
    const topics = new Map<string, Map<number, ErrorCode>>()
    for (const { path, topics: moved } of dirs)
      for (const { name, partitions } of moved) {
        const results = topics.get(name) ?? new Map<number, ErrorCode>()
        topics.set(name, results)
        for (const index of partitions) {
          yield
          const isItsOwn = path === broker.logs.directory
          results.set(index, isItsOwn ? replicaError(name, index, broker) : ErrorCode.LOG_DIR_NOT_FOUND)
        }
      }
    return {
      results: [...topics].map(([topicName, partitions]) => ({
        topicName,
        partitions: [...partitions].map(([partitionIndex, errorCode]) => ({ partitionIndex, errorCode })),
      })),
    }
  },
)

function replicaError(topic: string, index: number, { partitions, metadata }: BrokerServices): ErrorCode {
  const found = partitions.find(topic, index)
  if (typeof found !== 'number') return ErrorCode.NONE
  if (found === ErrorCode.KAFKA_STORAGE_ERROR) return found
  const isElsewhere = metadata.partition(topic, index) !== undefined
  return isElsewhere ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
}
