import { ListenerName, listenerOf, type NodeListener, type NodePlan } from '../engine.ts'

/** An IPv6 address stands in brackets. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return `${hostOf(host)}:${port}`
}

export function urlOf(listener: NodeListener): string {
  return `${listener.name}://${addressOf(listener)}`
}

/** What a broker's properties say of where it is and listens, in either mode. */
export function placeProperties(node: NodePlan): Record<string, string> {
  const client = urlOf(listenerOf(node, ListenerName.client))
  const replication = urlOf(listenerOf(node, ListenerName.replication))
  return {
    ...(node.rack !== null && { 'broker.rack': node.rack }),
    listeners: `${client},${replication}`,
    'advertised.listeners': `${client},${replication}`,
    'inter.broker.listener.name': ListenerName.replication,
  }
}

/** Of these listeners; the only protocol that is served yet. */
export function securityProtocols(...listeners: (keyof typeof ListenerName)[]): string {
  return listeners.map((listener) => `${ListenerName[listener]}:PLAINTEXT`).join(',')
}

export function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
