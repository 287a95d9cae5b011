import { clientListeners, type ClientListenerName } from './engine.ts'

/*
 * `custom.advertised.listeners` of an MSK configuration: what clients of a listener are told in place of where it is, as
 * `CLIENT_IAM://b-{broker_id}.example.com:9000+{broker_id}`, with commas between several. Each broker has its own id there,
 * and so a port of its own.
 */

export const customListenersName = 'custom.advertised.listeners'

interface CustomListener {
  listener: ClientListenerName
  host: string
  portBase: number
}

const brokerId = '{broker_id}'
export const portMax = 65_535
const form = /^(?<listener>[A-Z_]+):\/\/(?<host>[^\s/:,]+):(?<base>\d{1,5})\+\{broker_id\}$/

/** From the text of the property, or what is wrong with it, which is no whole sentence yet. */
export function customListeners(text: string): CustomListener[] | string {
  const listeners: CustomListener[] = []
  for (const entry of text.split(',').map((one) => one.trim())) {
    const { listener = '', host = '', base = '' } = form.exec(entry)?.groups ?? {}
    const name = Object.keys(clientListeners).find((one) => one === listener) as
      | ClientListenerName
      | undefined
    if (host === '' || !/^[\w.-]+$/.test(host.replaceAll(brokerId, '1')))
      return `'${entry}' is not LISTENER://host:port+${brokerId}, with ${brokerId} in the port`
    if (name === undefined)
      return `'${listener}' is none of the listeners for clients: ${Object.keys(clientListeners).join(', ')}`
    if (listeners.some((one) => one.listener === name)) return `${name} is there twice`
    if (Number(base) >= portMax) return `'${entry}' has a port above ${portMax}`
    listeners.push({ listener: name, host, portBase: Number(base) })
  }
  return listeners
}

export function customAddress(
  { host, portBase }: CustomListener,
  nodeId: number,
): { host: string; port: number } {
  return { host: host.replaceAll(brokerId, String(nodeId)), port: portBase + nodeId }
}

/** What is wrong with the property by itself; null where all is well. */
export function customListenersProblem(text: string): string | null {
  const parsed = customListeners(text)
  return typeof parsed === 'string' ? parsed : null
}
