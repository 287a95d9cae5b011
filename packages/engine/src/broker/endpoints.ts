/** The address of a broker as one client reaches it. */
export interface Endpoint {
  readonly brokerId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/** The address that a client dialled, in the form that it can dial again. */
export function dialledHost(localAddress: string): string {
  // An IPv4 client of a dual-stack socket.
  return localAddress.startsWith('::ffff:') ? localAddress.slice(7) : localAddress
}
