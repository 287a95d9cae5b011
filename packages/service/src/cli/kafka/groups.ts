import {
  atCoordinator,
  describeGroup,
  type DescribedGroup,
  describeTopics,
  type GroupOffset,
  groupOffsets,
  type ListedGroup,
  listGroups,
  offsetBounds,
  type PartitionPlace,
  persistently,
} from '@sluice/client'
import type { KafkaAccess } from './access.ts'

/** Of all brokers: each knows those that it coordinates. */
export async function allGroups(kafka: KafkaAccess): Promise<ListedGroup[]> {
  const { brokers } = await describeTopics(await kafka.brokers.any(), [])
  const listed = await Promise.all(
    brokers.map(({ nodeId }) => persistently(kafka, async () => listGroups(await kafka.brokers.to(nodeId)))),
  )
  return listed.flat().sort((a, b) => (a.group < b.group ? -1 : 1))
}

interface GroupState extends DescribedGroup {
  readonly offsets: readonly GroupOffset[]
}

export function groupState(kafka: KafkaAccess, group: string): Promise<GroupState> {
  return atCoordinator(kafka, group, async (connection) => ({
    ...(await describeGroup(connection, group)),
    offsets: await groupOffsets(connection, group),
  }))
}

/** Null where the partition has no offset to tell, for nobody leads it, or it is gone. */
export async function boundsOrNull(kafka: KafkaAccess, { topic, partition }: PartitionPlace) {
  try {
    return await offsetBounds({ ...kafka, timeoutMs: 1_000 }, topic, partition)
  } catch {
    return null
  }
}

export const placeName = ({ topic, partition }: PartitionPlace): string => `${topic}-${partition}`
