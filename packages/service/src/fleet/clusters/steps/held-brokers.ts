import { type NodeKey, nodeName } from '../../engines/engine.ts'
import { isBroker } from '../cluster-plan.ts'
import type { ClusterRecord } from '../cluster-record.ts'
import type { Done, Pass, Step } from './pass.ts'

/** Brokers that somebody has stopped on purpose (ClusterRuntime.heldBrokers), and that run still. */
export function brokersToStop({ runtime }: Pass): NodeKey[] {
  const running = runtime.cluster?.nodes().filter(({ state }) => state === 'running') ?? []
  return running.filter((node) => isBroker(node) && runtime.heldBrokers.has(node.nodeId))
}

/** Cleanly, one after the other: each hands over what it leads first. */
export const stopHeldBrokers: Step = async (pass): Promise<Done> => {
  const { cluster, effects, record } = pass
  for (const node of brokersToStop(pass)) {
    effects.logger.info('a node is stopped on purpose', { cluster: record.name, node: nodeName(node) })
    await cluster.stopNode(node)
  }
  return 'changed'
}

/** While one is stopped the cluster is HEALING: its other brokers serve, and no change of it can begin. */
export const reportHeldBrokers: Step = (pass) =>
  pass.note({ state: 'HEALING', stateInfo: heldInfo(pass.runtime.heldBrokers) })

/** Whether the record says which brokers are stopped on purpose. */
export function heldBrokersAreTold({ state, stateInfo }: ClusterRecord, held: ReadonlySet<number>): boolean {
  return state === 'HEALING' && stateInfo?.message === heldInfo(held).message
}

function heldInfo(held: ReadonlySet<number>) {
  const ids = [...held].sort((a, b) => a - b)
  const which = ids.length === 1 ? `Broker ${ids[0]} is` : `Brokers ${ids.join(', ')} are`
  const message = `${which} stopped on purpose, until \`sluice broker start\` or the next start of the service.`
  return { code: 'BROKER_STOPPED', message }
}
