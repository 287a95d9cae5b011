import { type ClusterPlan, ListenerName, listenerOf, type NodePlan } from '../../engine.ts'
import { plannedProperties } from '../known-properties.ts'
import { addressOf, hostOf, placeProperties, securityProtocols } from '../../listeners.ts'
import type { Release } from '../versions.ts'

/** A broker of a cluster that keeps its metadata in ZooKeeper. */
export function zooKeeperBrokerProperties(
  plan: ClusterPlan,
  node: NodePlan,
  release: Release,
  logDirectory: string,
): Record<string, string> {
  return {
    // A controlled shutdown is asked for three times. Where all brokers stop at once the controller goes with
    // them; on one machine the next one is there within a second, and the last broker waits for nobody.
    'controlled.shutdown.retry.backoff.ms': '1000',
    ...plannedProperties(plan, release, () => true),
    'broker.id': String(node.nodeId),
    ...placeProperties(node),
    'listener.security.protocol.map': securityProtocols(node),
    'zookeeper.connect': zooKeepers(plan)
      .map((member) => addressOf(listenerOf(member, ListenerName.zookeeper)))
      .join(','),
    'log.dirs': logDirectory,
  }
}

/**
 * zoo.cfg of one ensemble member. The tick suits one machine, and still lets a broker have the longest session that
 * MSK allows: 18 s lies below the 20 ticks that ZooKeeper grants at most.
 */
export function zooKeeperProperties(
  plan: ClusterPlan,
  node: NodePlan,
  dataDirectory: string,
): Record<string, string> {
  const client = listenerOf(node, ListenerName.zookeeper)
  return {
    dataDir: dataDirectory,
    clientPort: String(client.port),
    clientPortAddress: client.host,
    tickTime: '1000',
    initLimit: '30',
    syncLimit: '10',
    // All brokers come from one address.
    maxClientCnxns: '0',
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': 'ruok,srvr,mntr,dump',
    'autopurge.snapRetainCount': '3',
    'autopurge.purgeInterval': '24',
    // KB: the transaction log grows in such steps, 64 MB of zeros by default.
    preAllocSize: '4096',
    quorumListenOnAllIPs: 'false',
    ...Object.fromEntries(
      zooKeepers(plan).map((member) => [`server.${member.nodeId}`, memberAddress(member)]),
    ),
  }
}

function memberAddress(member: NodePlan): string {
  const peer = listenerOf(member, ListenerName.peer)
  return `${hostOf(peer.host)}:${peer.port}:${listenerOf(member, ListenerName.election).port}`
}

function zooKeepers(plan: ClusterPlan): NodePlan[] {
  return plan.nodes.filter(({ role }) => role === 'zookeeper')
}
