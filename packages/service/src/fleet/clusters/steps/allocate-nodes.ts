import { type NodeKey, sameNode } from '../../engines/engine.ts'
import { activeChange } from '../changes/change-life.ts'
import { isBroker, wantedNodes } from '../cluster-plan.ts'
import type { NodeRecord } from '../cluster-record.ts'
import { derivedId } from '../zones.ts'
import type { Pass, Step } from './pass.ts'

/** Broker ids from 1, over the zones in turn, as MSK gives them; controllers and ZooKeeper nodes alike. */
export const allocateNodes: Step = (pass) => {
  const { record, engine } = pass
  const nodes = wantedNodes(record, engine).map(
    (key) => record.nodes.find((node) => sameNode(node, key)) ?? newNode(pass, key),
  )
  const joining = nodes.filter((node) => isBroker(node) && !record.nodes.includes(node))
  const isLate =
    joining.length > 0 && record.nodes.some(isBroker) && !activeChange(record) && !record.spec.serverless
  if (isLate) tellJoining(pass, joining)
  pass.runtime.partitionsPlaced = false
  return pass.update({
    ...(isLate && { ranOneBroker: true }),
    nodes,
    ports: record.ports.filter((port) => nodes.some((node) => sameNode(node, port))),
  })
}

/** Brokers that the cluster should have had all along. */
function tellJoining(pass: Pass, joining: readonly NodeRecord[]): void {
  const names = joining.map(({ nodeId }) => `broker ${nodeId}`).join(', ')
  pass.effects.logger.info('brokers join that did not run so far', { cluster: pass.record.name, names })
  pass.note({
    state: pass.record.state === 'ACTIVE' ? 'HEALING' : pass.record.state,
    stateInfo: { code: 'BROKERS_JOIN', message: `These join the cluster: ${names}.` },
  })
}

function newNode({ record, effects, engine }: Pass, { role, nodeId }: NodeKey): NodeRecord {
  const zones = record.spec.brokerNodeGroup.ClientSubnets?.length ?? 1
  const { nodeIds } = engine.topology(record.spec).quorum
  const at = role === 'broker' ? nodeId - 1 : nodeIds.indexOf(nodeId)
  return {
    role,
    nodeId,
    uuid: effects.random.uuid(),
    zone: at % zones,
    addedAtMs: effects.clock.now(),
    interfaceId: derivedId('eni-', `${record.arn}/${role === 'broker' ? '' : `${role}-`}${nodeId}`, 17),
    generation: 0,
  }
}
