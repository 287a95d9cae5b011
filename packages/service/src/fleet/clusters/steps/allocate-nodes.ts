import { type NodeKey, sameNode } from '../../engines/engine.ts'
import { wantedNodes } from '../cluster-plan.ts'
import type { NodeRecord } from '../cluster-record.ts'
import { derivedId } from '../zones.ts'
import type { Pass, Step } from './pass.ts'

/** Broker ids from 1, over the zones in turn, as MSK gives them; controllers and ZooKeeper nodes alike. */
export const allocateNodes: Step = (pass) => {
  const { record, engine } = pass
  const nodes = wantedNodes(record, engine).map(
    (key) => record.nodes.find((node) => sameNode(node, key)) ?? newNode(pass, key),
  )
  return pass.update({
    nodes,
    ports: record.ports.filter((port) => nodes.some((node) => sameNode(node, port))),
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
