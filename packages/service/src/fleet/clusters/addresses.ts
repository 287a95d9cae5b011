import { type ListenerName, type NodeKey, type ObservedNode, sameNode } from '../engines/engine.ts'
import type { ClusterRecord } from './cluster-record.ts'

/** Where everything listens, out of reach for other machines. */
export const loopbackAddress = '127.0.0.1'

/** Where a listener of a node is reached. */
export interface ListenerAddress extends NodeKey {
  listener: ListenerName
  host: string
  port: number
  /** The node runs. */
  isUp: boolean
}

/**
 * Every listener of a cluster's nodes, by node id. A node that runs says itself where it is reached. One that is down
 * keeps its ports until it is back, and is named by them all the while: MSK, too, goes on naming a broker that is
 * being started anew, and a client that knows no other one comes back to it.
 */
export function listenerAddresses(
  { ports }: Pick<ClusterRecord, 'ports'>,
  observed: readonly ObservedNode[],
  host: string,
): ListenerAddress[] {
  return ports
    .map(({ role, nodeId, listener, port }): ListenerAddress => {
      const running = observed.find((node) => node.state === 'running' && sameNode(node, { role, nodeId }))
      const own = running?.listeners.find(({ name }) => name === listener)
      return {
        role,
        nodeId,
        listener,
        host,
        port,
        ...(own && { host: own.host, port: own.port }),
        isUp: own !== undefined,
      }
    })
    .sort((a, b) => a.nodeId - b.nodeId)
}

/** `host:port,…`, as clients take it. */
export function connectString(addresses: readonly ListenerAddress[]): string {
  return addresses.map(({ host, port }) => `${host}:${port}`).join(',')
}
