import { dirname, join } from 'node:path'
import type { NodeAuthority } from '../authority/node-authority.ts'
import { loginProperty, mappingName } from '../engines/listeners.ts'
import {
  type ClusterPlan,
  type Engine,
  isClientListener,
  isSecureInner,
  ListenerName,
  type NodeIdentity,
  type NodeKey,
  type NodePlan,
  type NodeTls,
  sameNode,
  securityProtocolOf,
} from '../engines/engine.ts'
import type { PortRecord } from '../ports/ports.ts'
import type { Reach } from '../reach.ts'
import { listenerPlace } from './listener-places.ts'
import { authenticatesByTls, clientAuthOf, clientListenersOf } from './client-listeners.ts'
import type { ClusterRecord, NodeRecord } from './cluster-record.ts'
import { serverlessLimits } from './serverless-limits.ts'
import { customListenersOf, staticProperties } from './static-properties.ts'
import { volumeBytesOf } from './storage-use.ts'

const superUsersName = 'super.users'
/** Whom a client is taken for whose certificate, by whatever authority, says that it is a node: only nodes' listeners tell. */
const impostor = 'CN=impostor'
const openName = 'allow.everyone.if.no.acl.found'
const authorizers = {
  controller: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  zookeeper: 'kafka.security.authorizer.AclAuthorizer',
}

/** Where the nodes of a cluster are. */
export interface ClusterPlace {
  reach: Reach
  /** Of the cluster's data. */
  directory: string
  /** The certificate of who vouches for clients. */
  authority: string
  /** Vouches for the cluster's nodes. */
  nodeAuthority: Pick<NodeAuthority, 'certificatePath' | 'servicePath' | 'principal' | 'subject'>
}

/** How the nodes of the record shall run. Pure. */
export function clusterPlan(record: ClusterRecord, engine: Engine, place: ClusterPlace): ClusterPlan {
  const { spec } = record
  const custom = customListenersOf(spec)
  const properties = staticProperties(spec, engine)
  const volumeBytes = volumeBytesOf(spec)
  return {
    kafkaVersion: spec.kafkaVersion,
    ...(volumeBytes !== undefined && { volumeBytes }),
    ...(spec.serverless && { limits: serverlessLimits }),
    properties: {
      ...(clientListenersOf(spec, engine).includes(ListenerName.clientIam) && iamLimits(spec)),
      ...properties,
      ...(record.hasSecureNodes && authorization(properties, engine.topology(spec).quorum.role, place)),
    },
    nodes: record.nodes.map((node): NodePlan => {
      const wanted = listenersOf(record, engine, node)
      const ports = record.ports.filter((port) => sameNode(port, node) && wanted.includes(port.listener))
      return {
        role: node.role,
        nodeId: node.nodeId,
        rack: spec.brokerNodeGroup.ZoneIds?.[node.zone] ?? null,
        listeners: ports.map((port) => listenerPlace(place.reach, custom, port)),
        ...(wanted.some(isEncryptedForClients) && { tls: nodeTls(record, node, place, properties) }),
        ...(wanted.includes(ListenerName.clientScram) && scramMechanisms(properties)),
        ...(wanted.some(isSecureInner) && { identity: nodeIdentity(record, node, place) }),
        generation: node.generation,
      }
    }),
  }
}

/**
 * ACLs are asked, as on MSK, which leaves to everyone what no ACL speaks of. Nodes, and the service that asks them, may do
 * everything, so only where nodes know each other.
 */
function authorization(
  properties: Readonly<Record<string, string>>,
  quorum: keyof typeof authorizers,
  { nodeAuthority }: ClusterPlace,
) {
  const others = properties[superUsersName]
  return {
    'authorizer.class.name': authorizers[quorum],
    [openName]: properties[openName] ?? 'true',
    [superUsersName]: [...(others ? [others] : []), nodeAuthority.principal].join(';'),
  }
}

/** MSK's quotas of connections by IAM, of each broker; nobody else's are bounded (MSK Developer Guide, "Amazon MSK quota"). */
function iamLimits({ brokerNodeGroup, serverless }: ClusterRecord['spec']): Record<string, string> {
  // The limits of the cluster say it.
  if (serverless) return {}
  const perSecond = brokerNodeGroup.InstanceType === 'kafka.t3.small' ? 4 : 100
  return {
    'listener.name.client_iam.max.connections': '3000',
    'listener.name.client_iam.max.connection.creation.rate': String(perSecond),
  }
}

/** Where the owner of the cluster has more of them than the usual one. */
function scramMechanisms(properties: Readonly<Record<string, string>>) {
  const set = properties[loginProperty]
  return set === undefined ? {} : { scramMechanisms: set }
}

/** As a pattern that matches nothing else. */
function literally(text: string): string {
  return text.replaceAll(/[^\w,= -]/g, String.raw`\$&`)
}

function isEncryptedForClients(listener: PortRecord['listener']): boolean {
  return isClientListener(listener) && securityProtocolOf(listener).endsWith('SSL')
}

function nodeTls(
  { spec, hasSecureNodes }: ClusterRecord,
  node: NodeKey,
  place: ClusterPlace,
  properties: Readonly<Record<string, string>>,
): NodeTls {
  return {
    keystore: join(place.directory, `${node.role}-${node.nodeId}`, 'tls', 'keystore.pem'),
    truststore: authenticatesByTls(spec) ? clientTrustPath(place.directory) : place.authority,
    clientAuth: clientAuthOf(spec),
    ...(hasSecureNodes && { principalMapping: clientMapping(place, properties[mappingName]) }),
  }
}

/** A client's certificate that has the name of the cluster's nodes makes nobody one of them. */
function clientMapping({ nodeAuthority }: ClusterPlace, ofOwner = 'DEFAULT'): string {
  return `RULE:^${literally(nodeAuthority.subject)}$/${impostor}/,${ofOwner}`
}

/** Whom the brokers of a cluster believe of its clients, where these show certificates. */
export function clientTrustPath(clusterDirectory: string): string {
  return join(clusterDirectory, 'client-authorities.pem')
}

/** Nodes of one process have one key, and it is that of the process. */
function nodeIdentity(
  { hosting }: ClusterRecord,
  { role, nodeId }: NodeKey,
  { nodeAuthority }: ClusterPlace,
): NodeIdentity {
  return {
    keystore:
      hosting === 'inline'
        ? nodeAuthority.servicePath
        : join(dirname(nodeAuthority.certificatePath), `${role}-${nodeId}.pem`),
    truststore: nodeAuthority.certificatePath,
    principal: nodeAuthority.principal,
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

/** Brokers that the spec has no more. */
export function brokersTooMany({ nodes, spec }: Pick<ClusterRecord, 'nodes' | 'spec'>): NodeRecord[] {
  return nodes.filter((node) => isBroker(node) && node.nodeId > spec.numberOfBrokerNodes)
}

/** The listeners of a node that have no port yet. */
export function unportedListeners(record: ClusterRecord, engine: Engine, node: NodeKey) {
  return [...listenersOf(record, engine, node), ...exportersOf(record, node)].filter(
    (listener) => !record.ports.some((port) => sameNode(port, node) && port.listener === listener),
  )
}

/** Where a broker is measured, which no engine has to do with. */
export function exportersOf({ spec }: Pick<ClusterRecord, 'spec'>, { role }: NodeKey): ListenerName[] {
  const { JmxExporter: jmx, NodeExporter: node } = spec.openMonitoring?.Prometheus ?? {}
  if (role !== 'broker') return []
  return [
    ...(jmx?.EnabledInBroker ? [ListenerName.jmxExporter] : []),
    ...(node?.EnabledInBroker ? [ListenerName.nodeExporter] : []),
  ]
}

export function listenersOf(
  { spec, hasSecureNodes }: Pick<ClusterRecord, 'spec' | 'hasSecureNodes'>,
  engine: Engine,
  { role }: NodeKey,
): readonly PortRecord['listener'][] {
  const { listeners } = engine.topology(spec)
  const inner = listeners[role === 'broker' ? 'broker' : 'quorum'].map((name) =>
    hasSecureNodes ? (secureNames[name] ?? name) : name,
  )
  return role === 'broker' ? [...clientListenersOf(spec, engine), ...inner] : inner
}

/** ZooKeeper's are as they are. */
const secureNames: Partial<Record<PortRecord['listener'], PortRecord['listener']>> = {
  [ListenerName.replication]: ListenerName.secureReplication,
  [ListenerName.controller]: ListenerName.secureController,
}

/** Of a cluster of processes that an older build has made: its nodes could not change one after the other. */
export function plainNodesSentences(record: ClusterRecord | undefined): string[] {
  if (!record || record.hasSecureNodes || record.hosting === 'inline') return []
  if (record.spec.encryption.EncryptionInTransit?.InCluster === false) return []
  return [
    'Its nodes speak to each other in plain text and ask for no certificates, as an older build has made them; those of a new cluster do.',
  ]
}

export function isBroker({ role }: Pick<NodeRecord, 'role'>): boolean {
  return role === 'broker'
}
