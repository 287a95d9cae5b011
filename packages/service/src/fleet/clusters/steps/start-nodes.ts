import type { Timer } from '@sluice/effects'
import { type NodeKey, nodeName, sameNode } from '../../engines/engine.ts'
import { codeOf, OperatingError } from '../../operating-error.ts'
import { isBroker } from '../cluster-plan.ts'
import type { Pass, Step } from './pass.ts'

/** How often it is looked whether the quorum that a broker waits for is there. */
const quorumLookMs = 100

/** Controllers or ZooKeeper nodes that shall run and do not: all at once, since they wait for each other. */
export const startQuorum: Step = async (pass) => {
  const missing = missingNodes(pass, (node) => !isBroker(node))
  await pass.startsLimit.run(missing.length, () => allOf(missing.map((node) => startNode(pass, node))))
  return missing.length > 0 ? 'changed' : 'unchanged'
}

/** Brokers that shall run and do not. */
export const startBrokers: Step = async (pass) => {
  const missing = missingNodes(pass, isBroker)
  await allOf(missing.map((node) => pass.startsLimit.run(1, () => startNode(pass, node))))
  return missing.length > 0 ? 'changed' : 'unchanged'
}

function missingNodes(pass: Pass, isMeant: (node: NodeKey) => boolean): NodeKey[] {
  const running = pass.cluster.nodes().filter(({ state }) => state === 'running')
  const isHeld = (node: NodeKey) => isBroker(node) && pass.runtime.heldBrokers.has(node.nodeId)
  return pass.record.nodes.filter(
    (node) => isMeant(node) && !isHeld(node) && !running.some((one) => sameNode(one, node)),
  )
}

/** Each has come to its end when one of them has failed. */
async function allOf(starts: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(starts)) if (result.status === 'rejected') throw result.reason
}

export async function startNode(pass: Pass, node: NodeKey): Promise<void> {
  const { runtime, effects, cluster, plan, record } = pass
  const name = nodeName(node)
  // Its turn may have been long in coming.
  runtime.abort.signal.throwIfAborted()
  runtime.toldFailures.delete(name)
  runtime.settled = false
  const startedAt = effects.clock.monotonic()
  try {
    const start = (signal: AbortSignal) => cluster.startNode(plan, node, signal)
    await (isBroker(node) ? whileQuorumLasts(pass, name, start) : start(runtime.abort.signal))
  } catch (error) {
    // Somebody took the port between the look and the start: look again.
    if (codeOf(error) === 'EADDRINUSE') runtime.portsChecked = false
    throw error
  }
  const durationMs = Math.round(effects.clock.monotonic() - startedAt)
  effects.logger.info('a node runs', { cluster: record.name, node: name, durationMs })
}

/** No broker comes up without its quorum: where a node of that dies meanwhile, the start is called off, and that one comes first. */
async function whileQuorumLasts(
  { runtime, effects, cluster }: Pass,
  name: string,
  start: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController()
  let timer = undefined as Timer | undefined
  const look = () => {
    const failed = cluster.nodes().find((node) => !isBroker(node) && node.state === 'failed')
    if (!failed) timer = effects.clock.schedule(quorumLookMs, look)
    else lost.abort(quorumFailed(name, failed.failure ?? `${nodeName(failed)} failed.`))
  }
  look()
  try {
    await start(AbortSignal.any([runtime.abort.signal, lost.signal]))
  } finally {
    timer?.cancel()
  }
}

function quorumFailed(name: string, why: string): OperatingError {
  return new OperatingError(`The start of ${name} was called off.`, {
    code: 'QUORUM_FAILED',
    why,
    next: 'It is started once that runs again.',
  })
}
