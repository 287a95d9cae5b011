import { type NodeKey, nodeName, sameNode } from '../../engines/engine.ts'
import { codeOf } from '../../operating-error.ts'
import { isBroker } from '../cluster-plan.ts'
import type { Done, Pass, Step } from './pass.ts'

/** Controllers or ZooKeeper nodes that shall run and do not: all at once, since they wait for each other. */
export const startQuorum: Step = (pass) => startMissing(pass, (node) => !isBroker(node))

/** Brokers that shall run and do not. */
export const startBrokers: Step = (pass) => startMissing(pass, isBroker)

async function startMissing(pass: Pass, isMeant: (node: NodeKey) => boolean): Promise<Done> {
  const running = pass.cluster.nodes().filter(({ state }) => state === 'running')
  const missing = pass.record.nodes.filter(
    (node) => isMeant(node) && !running.some((one) => sameNode(one, node)),
  )
  const started = await Promise.allSettled(missing.map((node) => startNode(pass, node)))
  for (const result of started) if (result.status === 'rejected') throw result.reason
  return missing.length > 0 ? 'changed' : 'unchanged'
}

export async function startNode(pass: Pass, node: NodeKey): Promise<void> {
  const { runtime, effects, cluster, plan, record } = pass
  const name = nodeName(node)
  runtime.toldFailures.delete(name)
  const startedAt = effects.clock.monotonic()
  try {
    await cluster.startNode(plan, node, runtime.abort.signal)
  } catch (error) {
    // Somebody took the port between the look and the start: look again.
    if (codeOf(error) === 'EADDRINUSE') runtime.portsChecked = false
    throw error
  }
  const durationMs = Math.round(effects.clock.monotonic() - startedAt)
  effects.logger.info('a node runs', { cluster: record.name, node: name, durationMs })
}
