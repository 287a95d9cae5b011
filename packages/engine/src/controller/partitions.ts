import { ErrorCode, PartitionChangeRecord } from '@sluice/wire'
import { recordVersions } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { noLeader, type PartitionImage } from '../metadata/topics-image.ts'
import { type Refusal, refusal } from './decision.ts'

/** The directory of a replica before its broker has said where it is: Kafka's DirectoryId.UNASSIGNED. */
const unassignedDirectory = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Why the replicas of a manual assignment cannot be; null when they can. `replicationFactor` null: any. */
export function assignmentProblem(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | null,
): Refusal | null {
  const refuse = (message: string) => refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
  if (replicas.length === 0) return refuse('The manual partition assignment includes an empty replica list.')
  const seen = new Set<number>()
  for (const id of [...replicas].sort((a, b) => a - b)) {
    if (!image.broker(id))
      return refuse(
        `The manual partition assignment includes broker ${id}, but no such broker is registered.`,
      )
    if (seen.has(id))
      return refuse(`The manual partition assignment includes the broker ${id} more than once.`)
    seen.add(id)
  }
  if (replicationFactor === null || replicas.length === replicationFactor) return null
  return refuse(
    `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not consistent with previous partitions, which have ${replicationFactor} replica(s).`,
  )
}

/** A partition at its beginning: in sync are the replicas on active brokers, and the first of them leads. */
export function newPartition(image: MetadataImage, replicas: readonly number[]): PartitionImage | null {
  const isr = replicas.filter((id) => image.isBrokerActive(id))
  const leader = isr[0]
  if (leader === undefined) return null
  return {
    replicas,
    directories: replicas.map((id) => directoryOf(image, id)),
    isr,
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
  }
}

/** A broker with one log directory can only put it there. */
function directoryOf(image: MetadataImage, brokerId: number): string {
  const logDirs = image.broker(brokerId)?.logDirs ?? []
  return logDirs.length === 1 && logDirs[0] !== undefined ? logDirs[0] : unassignedDirectory
}

/**
 * Changes after `isActive` has changed for some broker: brokers that are not active leave the ISR, but for the last
 * one; a partition without an active leader gets the first in-sync replica that is active, or none.
 */
export function leaderAndIsrChanges(image: MetadataImage, isActive: (id: number) => boolean): NewRecord[] {
  const records: NewRecord[] = []
  for (const topic of image.topics())
    for (const [index, partition] of topic.partitions.entries()) {
      const change = partitionChange(partition, isActive)
      if (!change) continue
      const value = { ...change, partitionId: index, topicId: topic.id }
      records.push(newRecord(PartitionChangeRecord, value, recordVersions.partitionChange))
    }
  return records
}

function partitionChange(
  partition: PartitionImage,
  isActive: (id: number) => boolean,
): { isr?: number[]; leader?: number } | null {
  const active = partition.isr.filter(isActive)
  // Without eligible leader replicas the last in-sync replicas stay, so that one of them can lead again.
  const isr = active.length > 0 ? active : [...partition.isr]
  const isrChanged = isr.length !== partition.isr.length
  const leader = electLeader(partition, active)
  if (leader === partition.leader && !isrChanged) return null
  return { ...(isrChanged ? { isr } : {}), ...(leader === partition.leader ? {} : { leader }) }
}

/** The leader stays where it can; else the first in the order of the replicas. */
function electLeader(partition: PartitionImage, active: readonly number[]): number {
  if (active.includes(partition.leader)) return partition.leader
  return partition.replicas.find((id) => active.includes(id)) ?? noLeader
}
