import type { PartitionImage } from '../metadata/topics-image.ts'

/** Where a reassignment stands: the replicas are the old and the new ones together until it ends (KIP-455). */
type Reassignment = Pick<PartitionImage, 'replicas' | 'removingReplicas' | 'addingReplicas'>

export function isReassigning({ removingReplicas, addingReplicas }: Reassignment): boolean {
  return removingReplicas.length + addingReplicas.length > 0
}

/**
 * How a reassignment ends; null while it cannot: all that come are in sync, somebody who stays is, and where there will
 * be fewer, all who stay are (KIP-455).
 */
export function completedReassignment(
  partition: Reassignment & Pick<PartitionImage, 'isr'>,
): (Reassignment & Pick<PartitionImage, 'isr'>) | null {
  const { removingReplicas: removing } = partition
  if (!isReassigning(partition)) return null
  // Who was to come, and is to go by now, need not have come.
  const adding = without(partition.addingReplicas, removing)
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

/** From what there is to what is wanted: the replicas that go stay, behind the others, until it ends. */
export function reassignmentTo(current: readonly number[], wanted: readonly number[]): Reassignment {
  const removingReplicas = without(current, wanted).sort((a, b) => a - b)
  const addingReplicas = without(wanted, current).sort((a, b) => a - b)
  return { replicas: [...wanted, ...removingReplicas], removingReplicas, addingReplicas }
}

/** Back to what was before; `isUnclean`: with a leader that is out of sync. */
export function revertedReassignment(partition: Reassignment & Pick<PartitionImage, 'isr'>): {
  replicas: number[]
  isr: number[]
  isUnclean: boolean
} {
  const replicas = without(partition.replicas, partition.addingReplicas)
  const isr = without(partition.isr, partition.addingReplicas)
  return { replicas, isr: isr.length > 0 ? isr : replicas.slice(0, 1), isUnclean: isr.length === 0 }
}
