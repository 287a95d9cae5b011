import { assert } from '@sluice/effects'
import { type ListenerName, type NodePlan, nodeName, type PlannedListener } from '../engine.ts'

export function listenerOf(node: NodePlan, name: ListenerName): PlannedListener {
  const listener = node.listeners.find((candidate) => candidate.name === name)
  assert(listener, `${nodeName(node)} has a listener ${name}`)
  return listener
}

/** An IPv6 address stands in brackets. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return `${hostOf(host)}:${port}`
}

export function urlOf(listener: PlannedListener): string {
  return `${listener.name}://${addressOf(listener)}`
}

export function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
