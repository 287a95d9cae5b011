import { PartitionChangeRecord } from '@sluice/wire'
import { recordVersions } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { noLeader, type PartitionImage } from '../metadata/topics-image.ts'

interface PartitionChangeOptions {
  readonly topicId: string
  readonly partitionId: number
  readonly before: PartitionImage
  /** The replicas that are to be in sync, in the order of the ISR before. */
  readonly targetIsr: readonly number[]
  /** Whether a broker may lead once what is being decided holds. */
  readonly isActive: (brokerId: number) => boolean
}

/**
 * The one place where a partition's change is decided; null when nothing changes.
 *
 * 1. The ISR becomes the target. Without eligible leader replicas the last ones in sync stay where the target is
 *    empty, so that one of them can lead again.
 * 2. The leader stays where it can; else the first replica leads that is active and in sync, or none.
 * 3. The record names only what changes, since replay starts a leader epoch for every leader that is named, the same
 *    one too; the partition epoch rises with every record. A smaller ISR alone starts no leader epoch.
 */
export function partitionChange(options: PartitionChangeOptions): NewRecord | null {
  const { topicId, partitionId, before, targetIsr, isActive } = options
  const isr = targetIsr.length > 0 ? targetIsr : before.isr
  const leader = electLeader({ replicas: before.replicas, isr, leader: before.leader }, isActive)
  const isrChanged = isr.length !== before.isr.length || isr.some((id, at) => id !== before.isr[at])
  if (leader === before.leader && !isrChanged) return null
  const changes = {
    ...(isrChanged ? { isr: [...isr] } : {}),
    ...(leader === before.leader ? {} : { leader }),
  }
  return newRecord(
    PartitionChangeRecord,
    { topicId, partitionId, ...changes },
    recordVersions.partitionChange,
  )
}

/** The leader that there is, where it is active and in sync; else the first such one in the order of the replicas. */
export function electLeader(
  { replicas, isr, leader }: Pick<PartitionImage, 'replicas' | 'isr' | 'leader'>,
  isActive: (brokerId: number) => boolean,
): number {
  const canLead = (id: number) => isr.includes(id) && isActive(id)
  if (canLead(leader)) return leader
  return replicas.find(canLead) ?? noLeader
}

/** What becomes of all partitions after `isActive` has changed for some broker: who is not active leaves the ISR. */
export function leaderAndIsrChanges(
  image: MetadataImage,
  isActive: (brokerId: number) => boolean,
): NewRecord[] {
  const records: NewRecord[] = []
  for (const topic of image.topics())
    for (const [partitionId, before] of topic.partitions.entries()) {
      const targetIsr = before.isr.filter(isActive)
      const record = partitionChange({ topicId: topic.id, partitionId, before, targetIsr, isActive })
      if (record) records.push(record)
    }
  return records
}
