import { clusterPlan, isBroker } from '../cluster-plan.ts'
import { type NodeKey, nodeName, sameNode } from '../../engines/engine.ts'
import { codeOf } from '../../operating-error.ts'
import { needCluster, needRecord, type Step, type StepContext } from './step.ts'

/** Controllers or ZooKeeper nodes that shall run and do not: all at once, since they wait for each other. */
export const startQuorum: Step = (uuid, context) => startMissing(uuid, context, (node) => !isBroker(node))

/** Brokers that shall run and do not. */
export const startBrokers: Step = (uuid, context) => startMissing(uuid, context, isBroker)

async function startMissing(
  uuid: string,
  context: StepContext,
  isMeant: (node: NodeKey) => boolean,
): Promise<void> {
  const record = needRecord(uuid, context)
  const running = needCluster(context)
    .nodes()
    .filter(({ state }) => state === 'running')
  const missing = record.nodes.filter((node) => isMeant(node) && !running.some((one) => sameNode(one, node)))
  const started = await Promise.allSettled(missing.map((node) => startNode(uuid, context, node)))
  for (const result of started) if (result.status === 'rejected') throw result.reason
}

export async function startNode(uuid: string, context: StepContext, node: NodeKey): Promise<void> {
  const { engine, settings, runtime, effects } = context
  const plan = clusterPlan(needRecord(uuid, context), engine, settings.host)
  runtime.toldFailures.delete(nodeName(node))
  const startedAt = effects.clock.monotonic()
  try {
    await needCluster(context).startNode(plan, node, runtime.abort.signal)
  } catch (error) {
    // Somebody took the port between the look and the start: look again.
    if (codeOf(error) === 'EADDRINUSE') runtime.portsChecked = false
    throw error
  }
  const durationMs = Math.round(effects.clock.monotonic() - startedAt)
  effects.logger.info('a node runs', {
    cluster: needRecord(uuid, context).name,
    node: nodeName(node),
    durationMs,
  })
}
