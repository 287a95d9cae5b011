import { join } from 'node:path'
import { type ClusterPlan, controllerListenerOf, ListenerName, type NodePlan } from '../engine.ts'
import { controllers, placeProperties, quorumProperties, securityProtocols, urlOf } from '../listeners.ts'
import { propertiesText } from '../properties-text.ts'
import { directoryNameOf, nodeProperties } from './nodes.ts'

/** What one node of a cluster needs to be started by Apache Kafka itself. */
export interface HandedOverNode {
  /** `broker-1`: of the node's directory. */
  readonly name: string
  /** Of its `server.properties`. */
  readonly text: string
}

/** Who came by MSK's IAM login has to come by another listener then: Apache Kafka knows nothing of it. */
export function leavesIamBehind({ nodes }: ClusterPlan): boolean {
  return nodes.some(({ listeners }) => listeners.some(isIam))
}

/**
 * The files by which Apache Kafka's own start script takes over a stopped cluster of the embedded engine: the same node
 * ids, ports and directories, in which everything is in Kafka's own formats already. The controller comes first, as it
 * has to be started. `directory` is the cluster's, absolute. The listener for IAM stays behind. Pure.
 */
export function handedOverNodes(ownPlan: ClusterPlan, directory: string): HandedOverNode[] {
  const plan = { ...ownPlan, nodes: ownPlan.nodes.map(withoutIam) }
  const quorum = plan.nodes.filter(({ role }) => role === 'controller')
  const brokers = plan.nodes.filter(({ role }) => role === 'broker')
  return [...quorum, ...brokers].map((node) => {
    const name = directoryNameOf(node)
    const properties = {
      ...nodeProperties(plan, node),
      ...roleProperties(plan, node),
      'node.id': String(node.nodeId),
      ...quorumProperties(plan),
      'log.dirs': join(directory, name, 'volume-1'),
    }
    return { name, text: propertiesText(properties) }
  })
}

function withoutIam(node: NodePlan): NodePlan {
  return { ...node, listeners: node.listeners.filter((listener) => !isIam(listener)) }
}

function isIam({ name }: NodePlan['listeners'][number]): boolean {
  return name === ListenerName.clientIam
}

function roleProperties(plan: ClusterPlan, node: NodePlan): Record<string, string> {
  const ofControllers = controllers(plan).map(({ listener }) => listener.name)
  const common = {
    'process.roles': node.role,
    'listener.security.protocol.map': securityProtocols(node, ...ofControllers),
  }
  return node.role === 'controller'
    ? { ...common, listeners: urlOf(controllerListenerOf(node)) }
    : { ...common, ...placeProperties(node) }
}
