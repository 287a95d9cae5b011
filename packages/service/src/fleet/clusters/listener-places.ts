import { customAddress, customListeners, portMax } from '../engines/custom-listeners.ts'
import {
  type ClientListenerName,
  isClientListener,
  isExporter,
  type ListenerName,
  type NodeKey,
  type NodeListener,
} from '../engines/engine.ts'
import { addressOf } from '../engines/listeners.ts'
import { advertisedHostOf, loopbackAddress, type Reach } from '../reach.ts'

/** What is wrong with `custom.advertised.listeners` for a cluster of so many brokers with these listeners. */
export function unfitCustomListeners(
  text: string,
  active: readonly ClientListenerName[],
  brokers: number,
): string | null {
  const parsed = customListeners(text)
  if (typeof parsed === 'string') return parsed
  const inactive = parsed.find(({ listener }) => !active.includes(listener))
  if (inactive)
    return `${inactive.listener} is no listener of the cluster, which has ${active.join(', ') || 'none'}`
  const all = new Set<string>()
  for (const custom of parsed)
    for (let nodeId = 1; nodeId <= brokers; nodeId++) {
      const told = customAddress(custom, nodeId)
      if (told.port > portMax)
        return `broker ${nodeId} would have the port ${told.port}, and the last one is ${portMax}`
      const address = addressOf(told)
      if (all.has(address)) return `two listeners would have ${address}`
      all.add(address)
    }
  return null
}

/** The address that a listener of a node binds: what is for other nodes alone is out of reach for other machines. */
export function boundHost({ host }: Reach, listener: ListenerName): string {
  return isClientListener(listener) || isExporter(listener) ? host : loopbackAddress
}

/** Where a listener of a node is, and what it says of that. `custom` is the property's text, where it is set. Pure. */
export function listenerPlace(
  reach: Reach,
  custom: string | undefined,
  { nodeId, listener, port }: Pick<NodeKey, 'nodeId'> & { listener: ListenerName; port: number },
): NodeListener {
  const place = { name: listener, host: boundHost(reach, listener), port }
  if (!isClientListener(listener)) return place
  const parsed = custom === undefined ? [] : customListeners(custom)
  const own = typeof parsed === 'string' ? undefined : parsed.find((one) => one.listener === listener)
  const host = advertisedHostOf(reach, listener)
  const advertised = own ? customAddress(own, nodeId) : host === null ? null : { host, port }
  return { ...place, ...(advertised && { advertised }) }
}
