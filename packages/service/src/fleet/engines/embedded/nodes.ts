import { createHash } from 'node:crypto'
import { assert } from '@sluice/effects'
import {
  type ControllerNode,
  controllerProperties,
  type DiskFailure,
  type ListenerOptions,
  type Loss,
  lossSentences,
  noticeSentences,
} from '@sluice/engine'
import { capitalized, metadataDamaged, OperatingError } from '../../operating-error.ts'
import {
  type ClusterPlan,
  type EngineClusterOptions,
  type Finding,
  isClientListener,
  type NodeKey,
  nodeName,
  nodeOf,
  type NodePlan,
  securityProtocolOf,
} from '../engine.ts'
import { controllers, innerListener, securityProperties } from '../listeners.ts'
import { clientRelease } from './versions.ts'

/* What a plan comes to for the nodes of an embedded cluster, however they are hosted. */

/**
 * The one controller's node id. MSK's controllers are not among the broker ids; this leaves room for every broker
 * that a cluster can ever have.
 */
export const controllerId = 10_001

/** Changes with all that a node has to be started anew for: its part of the plan, and what else its hosting knows. */
export function fingerprintOf(plan: ClusterPlan, key: NodeKey, more: readonly string[] = []): string {
  const properties = Object.entries(nodeProperties(plan, key)).sort()
  const { limits } = plan
  const facts = [plan.kafkaVersion, properties, nodeOf(plan, key), ...(limits ? [limits] : []), ...more]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}

/** What of the plan's properties this node gets: one that only brokers know must not start the controller anew. */
export function nodeProperties(plan: ClusterPlan, key: NodeKey): Readonly<Record<string, string>> {
  const node = nodeOf(plan, key)
  if (key.role === 'controller')
    return { ...controllerProperties(plan.properties), ...securityProperties(node) }
  const between = innerListener(node.listeners)
  return {
    ...plan.properties,
    ...(between && { 'inter.broker.listener.name': between.name }),
    ...securityProperties(node),
  }
}

function listenerOptions({ name, ...place }: NodePlan['listeners'][number]): ListenerOptions {
  return { name, protocol: securityProtocolOf(name), ...place }
}

/** Those of a node: clients of a broker meet the release that the cluster is of, other nodes ours; no client is a node. */
export function listenersOf(
  { kafkaVersion }: ClusterPlan,
  { listeners, identity }: NodePlan,
): ListenerOptions[] {
  const release = clientRelease(kafkaVersion)
  const ofClients = {
    ...(release !== null && { release }),
    ...(identity && { refusedPrincipal: identity.principal }),
  }
  return listeners.map((listener) => ({
    ...listenerOptions(listener),
    ...(isClientListener(listener.name) && ofClients),
  }))
}

/** The cluster's one controller and where it listens, as the engine has it. */
export function controllerOf(plan: ClusterPlan): ControllerNode {
  const [controller] = controllers(plan)
  assert(controller, 'a cluster has its controller')
  const { nodeId, listener } = controller
  const { name, protocol, host, port } = listenerOptions(listener)
  const { limits } = plan
  return { nodeId, host, port, listener: { name, protocol }, ...(limits && { limits }) }
}

/** The node's directory below the cluster's. */
export function directoryNameOf({ role, nodeId }: NodeKey): string {
  return role === 'controller' ? role : `broker-${nodeId}`
}

/** The node that a directory of the cluster belongs to; null for what is none. */
export function nodeOfDirectory(name: string): NodeKey | null {
  if (name === 'controller') return { role: 'controller', nodeId: controllerId }
  const match = /^broker-(\d+)$/.exec(name)
  return match ? { role: 'broker', nodeId: Number(match[1]) } : null
}

export function keyOf(nodeId: number): NodeKey {
  return { role: nodeId === controllerId ? 'controller' : 'broker', nodeId }
}

/** What a node has found lost, or not as it was asked for. */
export function lossFindings(key: NodeKey, losses: readonly Loss[]): Finding[] {
  const told = (code: Finding['code'], sentences: string[]) =>
    sentences.map((sentence) => ({ code, message: `${capitalized(nodeName(key))}: ${sentence}` }))
  return [...told('LOSS_FOUND', lossSentences(losses)), ...told('NOT_AS_CONFIGURED', noticeSentences(losses))]
}

/** What of their disks keeps nodes from serving. */
export function diskFindings(failing: readonly (NodeKey & DiskFailure)[]): Finding[] {
  const full = failing.filter(({ fullVolumeBytes }) => fullVolumeBytes !== undefined)
  return [...full.map(fullVolumeFinding), ...diskFinding(failing.filter((one) => !full.includes(one)))]
}

function fullVolumeFinding({ sinceMs, fullVolumeBytes = 0, ...key }: NodeKey & DiskFailure): Finding {
  const since = new Date(sinceMs).toISOString()
  const size = `${fullVolumeBytes / 1024 ** 3} GiB`
  const message = `The volume of ${nodeName(key)} is full since ${since}: it has ${size}. Other brokers lead in its place where they have all that it has; what is produced there else is answered with KAFKA_STORAGE_ERROR. What it has can be read and deleted. It serves again by itself when UpdateBrokerStorage makes it larger, or when retention or the deletion of topics makes room.`
  return { code: 'VOLUME_FULL', message }
}

/** One for all nodes whose disk does not serve: they mostly share it. */
function diskFinding(failing: readonly (NodeKey & DiskFailure)[]): Finding[] {
  const [first] = failing.toSorted((a, b) => a.sinceMs - b.sinceMs)
  if (!first) return []
  const names = failing.map(nodeName).join(', ')
  const since = new Date(first.sinceMs).toISOString()
  const message = `The disk refuses reads or writes of ${names} since ${since}: ${first.reason}. Other brokers lead in a broker's place where they have all that it has; what the disk refuses else is answered with an error. It is tried again and again.`
  return [{ code: 'DISK_FAILING', message }]
}

/** What a person can do about metadata that is lost. */
export function damageExplained(
  { directory, name }: EngineClusterOptions,
  damage: { message: string; isAcceptable: boolean },
): OperatingError {
  const accept = `, or go on without it: start with --accept-metadata-loss ${name}. What is cut off is kept in a file beside, and the logs of topics that are then unknown are put aside`
  return new OperatingError(
    `The metadata of ${name} is damaged, so it was not started and nothing was changed.`,
    {
      code: metadataDamaged,
      why: damage.message,
      next: `Bring ${directory}/controller back from a copy and start again${damage.isAcceptable ? accept : ''}.`,
      isFinal: true,
      cause: damage,
    },
  )
}
