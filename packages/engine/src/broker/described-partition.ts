import { ErrorCode } from '@sluice/wire'
import type { MetadataImage, PartitionImage } from '../metadata/image.ts'
import { noLeader } from '../metadata/topics-image.ts'

/** A partition as the APIs that describe topics show it. */
export function describedPartition(
  partition: PartitionImage,
  partitionIndex: number,
  metadata: MetadataImage,
) {
  const isAlive = (id: number) => metadata.isBrokerAlive(id)
  const isLed = isAlive(partition.leader)
  return {
    errorCode: isLed ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE,
    partitionIndex,
    leaderId: isLed ? partition.leader : noLeader,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: [...partition.replicas],
    isrNodes: [...partition.isr],
    offlineReplicas: partition.replicas.filter((id) => !isAlive(id)),
  }
}
