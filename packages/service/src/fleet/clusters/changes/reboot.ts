import type { ChangeKind } from './change-kind.ts'
import { begin, refuse, stateRefusal, type Update } from './update.ts'

export const reboot: ChangeKind = {
  type: 'REBOOT_NODE',
  step: 'REBOOT_BROKER',
  clusterState: 'REBOOTING_BROKER',
  states: { underWay: 'REBOOT_IN_PROGRESS', done: 'REBOOT_COMPLETE' },
  renewsVersion: false,
  reason: ({ brokerIds }) => `A reboot of broker ${brokerIds.join(', ')} was asked for.`,
}

/** A higher generation is all that a reboot wants: the node that runs under a lower one is started anew. */
export function rebootBroker(brokerIds: readonly string[]): Update {
  return (record, context) => {
    const refusal = stateRefusal(record)
    if (refusal) return { refusal }
    if (brokerIds.length !== 1)
      return refuse('Specify exactly one broker: they are rebooted one at a time.', 'brokerIds')
    const wanted = record.nodes.find(
      ({ role, nodeId }) => role === 'broker' && String(nodeId) === brokerIds[0],
    )
    if (!wanted) {
      const known = record.nodes.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId)
      return refuse(
        `The cluster has no broker ${brokerIds[0]} that runs. Valid values: [${known.join(', ')}]`,
        'brokerIds',
      )
    }
    const nodes = record.nodes.map((node) =>
      node === wanted ? { ...node, generation: node.generation + 1 } : node,
    )
    return { record: begin({ ...record, nodes }, context, reboot, {}, [wanted.nodeId]) }
  }
}
