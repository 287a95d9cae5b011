import { assert } from '@sluice/effects'
import { dialled } from '../reach.ts'
import {
  type ClusterPlan,
  controllerListenerOf,
  ListenerName,
  type NodeListener,
  nodeName,
  type NodePlan,
  securityProtocolOf,
} from './engine.ts'

/** An IPv6 address stands in brackets. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return `${hostOf(host)}:${port}`
}

export function urlOf(listener: NodeListener): string {
  return `${listener.name}://${addressOf(listener)}`
}

/** Where clients are told that it is, if not where they have dialled it. */
export function toldAddress({ host, port, advertised }: NodeListener): { host: string; port: number } {
  return advertised ?? { host: dialled(host), port }
}

/** What a broker's properties say of where it is, on what it listens and how that is encrypted. */
export function placeProperties(node: NodePlan): Record<string, string> {
  const told = node.listeners.map((listener) => urlOf({ ...listener, ...toldAddress(listener) }))
  const between = innerListener(node.listeners)
  assert(between, `${nodeName(node)} has a listener for the other brokers`)
  return {
    ...(node.rack !== null && { 'broker.rack': node.rack }),
    listeners: node.listeners.map(urlOf).join(','),
    'advertised.listeners': told.join(','),
    'inter.broker.listener.name': between.name,
    ...securityProperties(node),
  }
}

/** Of a node's listeners and, after them, of these. */
export function securityProtocols(node: NodePlan, ...others: ListenerName[]): string {
  const names = [...node.listeners.map(({ name }) => name), ...others]
  return [...new Set(names)].map((name) => `${name}:${securityProtocolOf(name)}`).join(',')
}

const innerNames: ReadonlySet<ListenerName> = new Set([
  ListenerName.replication,
  ListenerName.secureReplication,
  ListenerName.controller,
  ListenerName.secureController,
])

/** The one by which nodes and the service itself reach a node; those of older builds have only the one for clients. */
export function innerListener(listeners: readonly NodeListener[]): NodeListener | undefined {
  const inner = listeners.find(({ name }) => innerNames.has(name))
  return inner ?? listeners.find(({ name }) => securityProtocolOf(name) === 'PLAINTEXT')
}

/** How its listeners are encrypted and how clients log in there, by Kafka's names, which both engines read. */
export function securityProperties(node: NodePlan): Record<string, string> {
  const isThere = (name: ListenerName) => node.listeners.some((one) => one.name === name)
  return {
    ...tlsProperties(node),
    ...identityProperties(node),
    ...(isThere(ListenerName.clientScram) && scramProperties(node)),
    ...(isThere(ListenerName.clientIam) && iamProperties),
  }
}

export const scramPrefix = `listener.name.${ListenerName.clientScram.toLowerCase()}.`
/** By what clients log in at CLIENT_SASL_SCRAM. */
export const loginProperty = `${scramPrefix}sasl.enabled.mechanisms`
export const usualLogins = 'SCRAM-SHA-512'

/** Apache Kafka wants a login module for each mechanism, though that of SCRAM finds its users in the metadata. */
function scramProperties({ scramMechanisms = usualLogins }: NodePlan): Record<string, string> {
  return {
    [loginProperty]: scramMechanisms,
    ...Object.fromEntries(
      scramMechanisms
        .toLowerCase()
        .split(/\s*,\s*/)
        .filter((mechanism) => mechanism.startsWith('scram-'))
        .map((mechanism) => [
          `${scramPrefix}${mechanism}.sasl.jaas.config`,
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        ]),
    ),
  }
}

const iamProperties: Readonly<Record<string, string>> = {
  'listener.name.client_iam.sasl.enabled.mechanisms': 'AWS_MSK_IAM,OAUTHBEARER',
}

/** What names clients by their certificates. */
export const mappingName = 'ssl.principal.mapping.rules'

function tlsProperties({ tls }: NodePlan): Record<string, string> {
  if (!tls) return {}
  const ofClients = `listener.name.${ListenerName.clientSecure.toLowerCase()}.`
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': tls.keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': tls.truststore,
    [`${ofClients}ssl.client.auth`]: tls.clientAuth,
    ...(tls.principalMapping !== undefined && { [ofClients + mappingName]: tls.principalMapping }),
  }
}

/** Of listeners between nodes: a broker has none for controllers, and goes to theirs by these. */
function identityProperties({ identity }: NodePlan): Record<string, string> {
  if (!identity) return {}
  const own = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': identity.keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': identity.truststore,
    'ssl.client.auth': 'required',
    // What the cluster's owner says of clients' names is not said of nodes: these are super users by theirs.
    [mappingName]: 'DEFAULT',
  }
  return Object.fromEntries(
    [ListenerName.secureReplication, ListenerName.secureController].flatMap((listener) =>
      Object.entries(own).map(([name, value]) => [`listener.name.${listener.toLowerCase()}.${name}`, value]),
    ),
  )
}

/** By which clients may know a broker: what its certificate is for, and what logins may be signed for. */
export function hostNames(listeners: readonly Pick<NodeListener, 'host' | 'advertised'>[]): Set<string> {
  const own = listeners.flatMap(({ host, advertised }) => [
    dialled(host),
    ...(advertised ? [advertised.host] : []),
  ])
  return new Set(['localhost', '127.0.0.1', '::1', ...own])
}

/** Where each controller of a cluster listens, by its id. */
export function controllers({ nodes }: ClusterPlan): { nodeId: number; listener: NodeListener }[] {
  return nodes
    .filter(({ role }) => role === 'controller')
    .map((node) => ({ nodeId: node.nodeId, listener: controllerListenerOf(node) }))
}

/** What all nodes of a KRaft cluster say of its controllers, by Kafka's names. */
export function quorumProperties(plan: ClusterPlan): Record<string, string> {
  const all = controllers(plan)
  return {
    'controller.listener.names': all[0]?.listener.name ?? ListenerName.controller,
    'controller.quorum.voters': all
      .map(({ nodeId, listener }) => `${nodeId}@${addressOf(listener)}`)
      .join(','),
  }
}

export function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
