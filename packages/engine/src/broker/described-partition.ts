import { isOnlineDirectory } from '../metadata/directory-id.ts'
import type { MetadataImage, PartitionImage } from '../metadata/image.ts'
import { noLeader } from '../metadata/topics-image.ts'

/** A partition as the APIs that describe topics show it to who comes by this listener. */
export function describedPartition(
  partition: PartitionImage,
  partitionIndex: number,
  metadata: MetadataImage,
  listener: string,
) {
  const { leader, leaderEpoch, replicas, isr, directories } = partition
  return {
    partitionIndex,
    leaderId: isReachable(leader, metadata, listener) ? leader : noLeader,
    leaderEpoch,
    replicaNodes: [...replicas],
    isrNodes: [...isr],
    offlineReplicas: replicas.filter((id, at) => {
      const logDirs = metadata.broker(id)?.logDirs ?? []
      const isOnline = isOnlineDirectory(directories[at] ?? '', logDirs)
      return !isOnline || !isReachable(id, metadata, listener)
    }),
  }
}

/** Whether clients of the listener can come to the broker. */
export function isReachable(brokerId: number, metadata: MetadataImage, listener: string): boolean {
  if (!metadata.isBrokerAlive(brokerId)) return false
  return metadata.broker(brokerId)?.endpoints.some(({ name }) => name === listener) ?? false
}
