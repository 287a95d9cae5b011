import type { Connection } from '@sluice/client'
import { DescribeQuorum, metadataTopic, type ResponseOf } from '@sluice/wire'
import type { ClusterPlan } from '../../engine.ts'

/** What is wrong with the controllers, as a sentence; null where nothing is, or where there are none. */
export async function controllersProblem(plan: ClusterPlan, connection: Connection): Promise<string | null> {
  if (!plan.nodes.some(({ role }) => role === 'controller')) return null
  const answer = await connection.request(DescribeQuorum, {
    topics: [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }],
  })
  return quorumProblem(plan, answer)
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
