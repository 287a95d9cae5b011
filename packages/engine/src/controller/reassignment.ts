import type { PartitionImage } from '../metadata/topics-image.ts'

/** Where a reassignment stands: the replicas are the old and the new ones together until it ends (KIP-455). */
type Reassignment = Pick<PartitionImage, 'replicas' | 'removingReplicas' | 'addingReplicas'>

function isReassigning({ removingReplicas, addingReplicas }: Reassignment): boolean {
  return removingReplicas.length + addingReplicas.length > 0
}

/**
 * How a reassignment ends; null while it cannot: all that come are in sync, somebody who stays is, and where there will
 * be fewer, all who stay are (KIP-455).
 */
export function completedReassignment(
  partition: Reassignment & Pick<PartitionImage, 'isr'>,
): (Reassignment & Pick<PartitionImage, 'isr'>) | null {
  const { removingReplicas: removing, addingReplicas: adding } = partition
  if (!isReassigning(partition)) return null
  const isr = without(partition.isr, removing)
  const replicas = without(partition.replicas, removing)
  if (removing.length > 0 && (isr.length === 0 || replicas.length === 0)) return null
  const mustBeInSync = adding.length < removing.length ? [...adding, ...replicas] : adding
  if (!mustBeInSync.every((id) => isr.includes(id))) return null
  return { isr, replicas, removingReplicas: [], addingReplicas: [] }
}

function without(ids: readonly number[], others: readonly number[]): number[] {
  return ids.filter((id) => !others.includes(id))
}
