import { wantedNodes } from '../cluster-plan.ts'
import type { ClusterRecord, NodeRecord } from '../cluster-record.ts'
import { type NodeKey, sameNode } from '../../engines/engine.ts'
import { derivedId } from '../zones.ts'
import { needRecord, type Step, type StepContext } from './step.ts'

/** Broker ids from 1, over the zones in turn, as MSK gives them; controllers and ZooKeeper nodes alike. */
export const allocateNodes: Step = (uuid, context) => {
  const record = needRecord(uuid, context)
  const wanted = wantedNodes(record, context.engine)
  const nodes = wanted.map(
    (key) => record.nodes.find((node) => sameNode(node, key)) ?? newNode(record, key, context),
  )
  context.store.update(uuid, {
    nodes,
    ports: record.ports.filter((port) => nodes.some((node) => sameNode(node, port))),
  })
}

function newNode(
  record: ClusterRecord,
  { role, nodeId }: NodeKey,
  { effects, engine }: StepContext,
): NodeRecord {
  const zones = record.spec.brokerNodeGroup.ClientSubnets?.length ?? 1
  const { nodeIds } = engine.topology(record.spec.kafkaVersion).quorum
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
