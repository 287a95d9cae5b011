import { ListenerName, listenerOf, type NodeListener, type NodePlan } from './engine.ts'

/** An IPv6 address stands in brackets. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return `${hostOf(host)}:${port}`
}

export function urlOf(listener: NodeListener): string {
  return `${listener.name}://${addressOf(listener)}`
}

/** What a broker's properties say of where it is and on which of these it listens; brokers speak over the last one. */
export function placeProperties(
  node: NodePlan,
  ...names: readonly [...ListenerName[], ListenerName]
): Record<string, string> {
  const listeners = names.map((name) => urlOf(listenerOf(node, name))).join(',')
  return {
    ...(node.rack !== null && { 'broker.rack': node.rack }),
    listeners,
    'advertised.listeners': listeners,
    'inter.broker.listener.name': names[names.length - 1] as ListenerName,
  }
}

/** Of these listeners; the only protocol that is served yet. */
export function securityProtocols(...listeners: (keyof typeof ListenerName)[]): string {
  return listeners.map((listener) => `${ListenerName[listener]}:PLAINTEXT`).join(',')
}

export function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
