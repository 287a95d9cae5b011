import { pinnedVersions } from '../../../jvm/distributions.ts'
import { type ClusterPlan, ListenerName, type NodePlan, type NodeRole } from '../../engine.ts'
import { directoriesBelow } from '../../supervision/node-directories.ts'
import { directoryNameOf } from '../node-shape.ts'
import { type Release, releasesOf, topologyOf } from '../versions.ts'

/* Plans for tests: every listener has a port of its own, which depends on nothing but the node. */

export const testDirectory = '/clusters/demo'
const host = '127.0.0.1'
const firstPort: Record<NodeRole, number> = { broker: 9_000, controller: 10_000, zookeeper: 11_000 }

export function testRelease(name: string): Release {
  const release = releasesOf(pinnedVersions).find((one) => one.name === name)
  if (!release) throw new Error(`${name} is not pinned`)
  return release
}

export function testPlan(
  kafkaVersion: string,
  options: {
    brokers?: number
    properties?: Record<string, string>
    clientListener?: ListenerName
  } = {},
): ClusterPlan {
  const { quorum, listeners } = topologyOf(testRelease(kafkaVersion).mode)
  const ofBrokers = [options.clientListener ?? ListenerName.client, ...listeners.broker]
  const ids = Array.from({ length: options.brokers ?? 3 }, (_, at) => at + 1)
  return {
    kafkaVersion,
    properties: options.properties ?? {},
    nodes: [
      ...ids.map((nodeId) => testNode('broker', nodeId, ofBrokers)),
      ...quorum.nodeIds.map((nodeId) => testNode(quorum.role, nodeId, listeners.quorum)),
    ],
  }
}

function testNode(role: NodeRole, nodeId: number, listeners: readonly ListenerName[]): NodePlan {
  const port = firstPort[role] + (nodeId % 1000) * 10
  return {
    role,
    nodeId,
    rack: role === 'broker' ? `use1-az${((nodeId - 1) % 3) + 1}` : null,
    generation: 0,
    listeners: listeners.map((name, at) => ({ name, host, port: port + at })),
  }
}

export function testDataDirectory(role: NodeRole, nodeId: number): string {
  return directoriesBelow(testDirectory, directoryNameOf({ role, nodeId })).data
}
