import { type ClusterPlan, type Engine, type NodeKey, type NodePlan, sameNode } from '../engines/engine.ts'
import type { PortRecord } from '../ports/ports.ts'
import type { ClusterRecord, NodeRecord } from './cluster-record.ts'
import { staticProperties } from './static-properties.ts'

/** How the nodes of the record shall run. Pure. */
export function clusterPlan(record: ClusterRecord, engine: Engine, host: string): ClusterPlan {
  const { spec } = record
  return {
    kafkaVersion: spec.kafkaVersion,
    properties: staticProperties(spec, engine),
    nodes: record.nodes.map((node): NodePlan => {
      const ports = record.ports.filter((port) => sameNode(port, node))
      return {
        role: node.role,
        nodeId: node.nodeId,
        rack: spec.brokerNodeGroup.ZoneIds?.[node.zone] ?? null,
        listeners: ports.map(({ listener, port }) => ({ name: listener, host, port })),
        generation: node.generation,
      }
    }),
  }
}

/** The nodes that a cluster of this spec has, in the order in which they are made. Pure. */
export function wantedNodes({ spec }: Pick<ClusterRecord, 'spec'>, engine: Engine): NodeKey[] {
  const brokers = spec.numberOfBrokerNodes
  const { role, nodeIds } = engine.topology(spec).quorum
  return [
    ...Array.from({ length: brokers }, (_, at): NodeKey => ({ role: 'broker', nodeId: at + 1 })),
    ...nodeIds.map((nodeId): NodeKey => ({ role, nodeId })),
  ]
}

/** The listeners of a node that have no port yet. */
export function unportedListeners(record: ClusterRecord, engine: Engine, node: NodeKey) {
  return listenersOf(record, engine, node).filter(
    (listener) => !record.ports.some((port) => sameNode(port, node) && port.listener === listener),
  )
}

export function listenersOf(
  { spec }: Pick<ClusterRecord, 'spec'>,
  engine: Engine,
  { role }: NodeKey,
): readonly PortRecord['listener'][] {
  return engine.topology(spec).listeners[role === 'broker' ? 'broker' : 'quorum']
}

export function isBroker({ role }: Pick<NodeRecord, 'role'>): boolean {
  return role === 'broker'
}
