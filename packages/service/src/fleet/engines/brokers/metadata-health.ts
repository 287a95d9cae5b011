import type { Metadata, ResponseOf } from '@sluice/wire'
import type { ClusterPlan } from '../engine.ts'

/*
 * What a broker's metadata says about the health of its cluster: null, or a sentence. Pure.
 */

type MetadataAnswer = ResponseOf<typeof Metadata>

/** Is every broker of the plan registered, and has every partition a leader and all its replicas in sync? */
export function metadataProblem(plan: ClusterPlan, metadata: MetadataAnswer): string | null {
  const registered = new Set(metadata.brokers.map(({ nodeId }) => nodeId))
  const missing = plan.nodes.find(({ role, nodeId }) => role === 'broker' && !registered.has(nodeId))
  if (missing) return `Broker ${missing.nodeId} is not registered with the cluster.`
  let first: string | null = null
  let others = -1
  for (const { name, partitions } of metadata.topics)
    for (const partition of partitions) {
      const problem = partitionProblem(partition)
      if (problem === null) continue
      first ??= `Partition ${name}-${partition.partitionIndex} ${problem}`
      others++
    }
  if (first === null) return null
  return others === 0 ? `${first}.` : `${first}, and so it is with ${others} more.`
}

type PartitionAnswer = MetadataAnswer['topics'][number]['partitions'][number]

function partitionProblem({ leaderId, isrNodes, replicaNodes }: PartitionAnswer): string | null {
  if (leaderId < 0) return 'has no leader'
  if (isrNodes.length >= replicaNodes.length) return null
  return `has ${isrNodes.length} of its ${replicaNodes.length} replicas in sync`
}

/** How many partitions of user topics the broker holds. */
export function userPartitionsOf(metadata: MetadataAnswer, brokerId: number): number {
  return metadata.topics
    .filter(({ isInternal }) => !isInternal)
    .flatMap(({ partitions }) => partitions)
    .filter(({ replicaNodes }) => replicaNodes.includes(brokerId)).length
}

/** Users' topics of which each partition is on one broker only. */
export function topicsOfOneReplica(metadata: MetadataAnswer): string[] {
  return metadata.topics
    .filter(({ isInternal, partitions }) => !isInternal && partitions.length > 0)
    .filter(({ partitions }) => partitions.every(({ replicaNodes }) => replicaNodes.length === 1))
    .map(({ name }) => name ?? '')
    .sort()
}
