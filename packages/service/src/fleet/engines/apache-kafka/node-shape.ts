import { createHash } from 'node:crypto'
import type { Environment } from '../../jvm/java.ts'
import { type ClusterPlan, type NodeKey, type NodeRole, nodeOf } from '../engine.ts'
import { kraftBrokerProperties, kraftControllerProperties } from './kraft/kraft-properties.ts'
import { propertiesText } from '../properties-text.ts'
import type { Release } from './versions.ts'
import { zooKeeperBrokerProperties, zooKeeperProperties } from './zookeeper/zookeeper-properties.ts'

/** How one node runs: what a plan comes to for it. Pure. */
export interface NodeShape {
  readonly mainClass: string
  readonly configName: string
  readonly properties: Readonly<Record<string, string>>
  readonly jvmOptions: readonly string[]
}

export function directoryNameOf({ role, nodeId }: NodeKey): string {
  return `${role}-${nodeId}`
}

/** The node that a directory of the cluster belongs to; null for what is none. */
export function nodeOfDirectory(name: string): NodeKey | null {
  const match = /^(broker|controller|zookeeper)-(\d+)$/.exec(name)
  return match ? { role: match[1] as NodeRole, nodeId: Number(match[2]) } : null
}

export function shapeOf(
  plan: ClusterPlan,
  key: NodeKey,
  release: Release,
  dataDirectory: string,
  environment: Environment,
): NodeShape {
  const node = nodeOf(plan, key)
  if (key.role === 'zookeeper')
    return {
      mainClass: 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      configName: 'zoo.cfg',
      properties: zooKeeperProperties(plan, node, dataDirectory),
      jvmOptions: ['-Xmx128M', ...smallJvm, '-Dzookeeper.jmx.log4j.disable=true'],
    }
  const propertiesFor =
    key.role === 'controller'
      ? kraftControllerProperties
      : release.mode === 'kraft'
        ? kraftBrokerProperties
        : zooKeeperBrokerProperties
  return {
    mainClass: 'kafka.Kafka',
    configName: 'server.properties',
    properties: propertiesFor(plan, node, release, dataDirectory),
    jvmOptions:
      key.role === 'controller' ? ['-Xmx256M', ...smallJvm] : [...heapOptions(environment), ...brokerJvm],
  }
}

/** Changes with all that a node has to be started anew for, and with nothing else. */
export function fingerprintOf(shape: NodeShape, release: Release, generation: number): string {
  const facts = [release.version, propertiesText(shape.properties), shape.jvmOptions.join(' '), generation]
  return createHash('sha256').update(facts.join('\0')).digest('hex').slice(0, 16)
}

const headless = '-Djava.awt.headless=true'
/** A quorum's nodes do little: one thread that collects garbage is enough, and takes less memory. */
const smallJvm = ['-XX:+UseSerialGC', headless]
/** What Apache Kafka's own start script gives a broker. */
const brokerJvm = [
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  headless,
]

function heapOptions(environment: Environment): string[] {
  const options = environment.SLUICE_KAFKA_HEAP_OPTS?.trim()
  return options ? options.split(/\s+/) : ['-Xms256M', '-Xmx1G']
}
