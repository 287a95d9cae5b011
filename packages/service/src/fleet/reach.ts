/** Out of reach for other machines. */
export const loopbackAddress = '127.0.0.1'

/** Where the service and its brokers listen for clients, and by which names clients know them. */
export interface Reach {
  /** The address to bind. Nodes reach each other by the loopback one whatever it is. */
  readonly host: string
  /** What clients are told in place of the address that they have dialled. */
  readonly advertisedHost: string | null
  /** The same of one listener of brokers, by its name, where it is another one. */
  readonly advertisedHosts: Readonly<Partial<Record<string, string>>>
}

export const loopbackReach: Reach = { host: loopbackAddress, advertisedHost: null, advertisedHosts: {} }

/** Can other machines, or containers with a network of their own, reach what listens there? */
export function isOpenToOthers({ host }: Pick<Reach, 'host'>): boolean {
  return !/^(?:127\.|::1$)/.test(host)
}

/** By which this machine reaches what is bound to it: all addresses are none that one could dial. */
export function dialled(host: string): string {
  return host === '0.0.0.0' || host === '::' ? loopbackAddress : host
}

/** The name of a listener of brokers for clients; null where each is told what it has dialled. */
export function advertisedHostOf(
  { advertisedHost, advertisedHosts }: Reach,
  listener: string,
): string | null {
  return advertisedHosts[listener] ?? advertisedHost
}

/** Where the AWS endpoint is said to be. */
export function endpointHost({ host, advertisedHost }: Reach): string {
  return advertisedHost ?? dialled(host)
}

/** Every name by which clients know this machine; none of those of the loopback interface, and no addresses. */
export function ownHostNames({ advertisedHost, advertisedHosts }: Reach): Set<string> {
  const names = [...(advertisedHost === null ? [] : [advertisedHost]), ...Object.values(advertisedHosts)]
  return new Set(names.flatMap((name) => name?.toLowerCase() ?? []))
}
