import { assert } from '@sluice/effects'
import {
  type ClusterPlan,
  type EngineCluster,
  type NodeKey,
  nodeName,
  sameNode,
} from '../../engines/engine.ts'
import { reasonOf } from '../changes/change-life.ts'
import type { Step } from './pass.ts'
import { startNode } from './start-nodes.ts'

/**
 * Starts one node anew that runs under an older plan: one that is stranded, else the quorum's first, then brokers by id. Only
 * one, and only in a healthy cluster, which one with a stranded node cannot be: the run then looks again.
 */
export const rollNextNode: Step = async (pass) => {
  const { runtime, effects, cluster, plan, record } = pass
  const [next] = [...cluster.stranded(plan), ...outdatedNodes(cluster, plan)]
  if (!next) return 'unchanged'
  runtime.abort.signal.throwIfAborted()
  const reason = reasonOf(record) ?? 'What it runs with is otherwise than when it was started.'
  effects.logger.info('a node is started anew', { cluster: record.name, node: nodeName(next), reason })
  await pass.startsLimit.run(1, async () => {
    await cluster.stopNode(next)
    await startNode(pass, next)
  })
  // Or it would be started anew for ever.
  assert(
    pass.plan !== plan || !outdatedNodes(cluster, plan).some((node) => sameNode(node, next)),
    `${nodeName(next)} runs under the plan that it was started with`,
  )
  return 'changed'
}

/** Running nodes of the plan that do not run under it, in the order in which they are rolled. */
export function outdatedNodes(cluster: EngineCluster, plan: ClusterPlan): NodeKey[] {
  const running = cluster.nodes().filter(({ state }) => state === 'running')
  const outdated = plan.nodes.filter((node) => {
    const seen = running.find((one) => sameNode(one, node))
    return seen !== undefined && seen.fingerprint !== cluster.fingerprint(plan, node)
  })
  const rank = (node: NodeKey) => (node.role === 'broker' ? 1 : 0)
  return outdated.sort((a, b) => rank(a) - rank(b) || a.nodeId - b.nodeId)
}
