import type { ResponseOf } from '@sluice/wire'
import type { DescribeQuorum, Metadata } from '@sluice/wire'
import type { ClusterPlan } from '../engine.ts'

/*
 * What the answers of a cluster say about its health: null, or a sentence. Pure.
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

/** A voter that has not been level with the leader for longer than this lags. */
const voterLagMsMax = 5_000

/** Has the quorum of controllers a leader, and do all voters keep up with it? */
export function quorumProblem(plan: ClusterPlan, answer: ResponseOf<typeof DescribeQuorum>): string | null {
  const partition = answer.topics[0]?.partitions[0]
  if (!partition || answer.errorCode !== 0 || partition.errorCode !== 0 || partition.leaderId < 0)
    return 'The quorum of controllers has no leader.'
  const caughtUpAt = new Map(
    partition.currentVoters.map((voter) => [voter.replicaId, Number(voter.lastCaughtUpTimestamp)]),
  )
  const newest = Math.max(...caughtUpAt.values())
  for (const { role, nodeId } of plan.nodes) {
    if (role !== 'controller') continue
    const at = caughtUpAt.get(nodeId)
    if (at === undefined) return `Controller ${nodeId} is not a voter of the quorum.`
    if (newest - at > voterLagMsMax) return `Controller ${nodeId} has not caught up with the quorum's leader.`
  }
  return null
}

/** From the modes that the ensemble's members report (null: no answer, or part of no quorum). */
export function ensembleProblem(modes: ReadonlyMap<number, string | null>): string | null {
  for (const [nodeId, mode] of modes)
    if (mode !== 'leader' && mode !== 'follower')
      return `ZooKeeper node ${nodeId} is not part of the ensemble's quorum.`
  return null
}

/** How many partitions of user topics the broker holds. */
export function userPartitionsOf(metadata: MetadataAnswer, brokerId: number): number {
  return metadata.topics
    .filter(({ isInternal }) => !isInternal)
    .flatMap(({ partitions }) => partitions)
    .filter(({ replicaNodes }) => replicaNodes.includes(brokerId)).length
}
