import { type NodeKey, type NodeListener, type ObservedNode, sameNode } from '../engines/engine.ts'
import { addressOf, toldAddress } from '../engines/listeners.ts'
import { dialled } from '../reach.ts'

/** Where clients are told that a listener of a node is. */
export interface ListenerAddress extends NodeKey, Pick<NodeListener, 'host' | 'port'> {
  listener: NodeListener['name']
  /** And where this machine reaches it, whatever name that is known by. */
  local: { host: string; port: number }
  /** The node runs. */
  isUp: boolean
}

/**
 * Every listener of a cluster's nodes, by node id. A node that runs says itself where it is reached. One that is down
 * keeps its place (`kept`) until it is back, and is named by it all the while: MSK, too, goes on naming a broker that is
 * being started anew, and a client that knows no other one comes back to it.
 */
export function listenerAddresses(
  kept: readonly (NodeKey & { place: NodeListener })[],
  observed: readonly ObservedNode[],
): ListenerAddress[] {
  return kept
    .map(({ role, nodeId, place }): ListenerAddress => {
      const running = observed.find((node) => node.state === 'running' && sameNode(node, { role, nodeId }))
      const own = running?.listeners.find(({ name }) => name === place.name)
      const listener = own ?? place
      const local = { host: dialled(listener.host), port: listener.port }
      return { role, nodeId, listener: place.name, ...toldAddress(listener), local, isUp: own !== undefined }
    })
    .sort((a, b) => a.nodeId - b.nodeId)
}

/** `host:port,…`, as clients take it. */
export function connectString(addresses: readonly ListenerAddress[]): string {
  return addresses.map(addressOf).join(',')
}
