import type { MetadataImage } from '../metadata/image.ts'
import type { ConnectionSession } from '../server/connection-session.ts'

/** The address of a broker as one client reaches it. */
interface Endpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/**
 * Where a client reaches each broker that is alive: the one place that names addresses. By the listener that it came
 * by, at its advertised address where it has one, else at the address that the client dialled: all brokers of an
 * embedded cluster share a machine, and what reached this one reaches the others.
 */
export function endpointsFor(
  { listener, localAddress }: Pick<ConnectionSession, 'listener' | 'localAddress'>,
  metadata: MetadataImage,
): Endpoint[] {
  return metadata
    .brokers()
    .filter(({ id }) => metadata.isBrokerAlive(id))
    .flatMap(({ id, rack, endpoints }) => {
      const endpoint = endpoints.find(({ name }) => name === listener.name)
      if (!endpoint) return []
      const host = listener.advertised ? endpoint.host : dialledHost(localAddress)
      return [{ nodeId: id, host, port: endpoint.port, rack }]
    })
}

/** In the form that the client can dial again. */
function dialledHost(localAddress: string): string {
  // An IPv4 client of a dual-stack socket.
  return localAddress.startsWith('::ffff:') ? localAddress.slice(7) : localAddress
}
