import { clusterPlan } from '../cluster-plan.ts'
import {
  type EngineCluster,
  type ClusterPlan,
  type NodeKey,
  nodeName,
  sameNode,
} from '../../engines/engine.ts'
import { startNode } from './start-nodes.ts'
import { needCluster, needRecord, type Step } from './step.ts'

/**
 * Starts one node anew that runs under an older plan: the quorum's first, then brokers by id. Only one, and only
 * in a healthy cluster: the run then looks again.
 */
export const rollNextNode: Step = async (uuid, context) => {
  const { engine, settings, runtime, effects } = context
  const record = needRecord(uuid, context)
  const cluster = needCluster(context)
  const [next] = outdatedNodes(cluster, clusterPlan(record, engine, settings.host))
  if (!next) return
  runtime.abort.signal.throwIfAborted()
  effects.logger.info('a node is started anew', { cluster: record.name, node: nodeName(next) })
  await cluster.stopNode(next)
  await startNode(uuid, context, next)
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
