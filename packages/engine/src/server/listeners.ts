import type { Listener, Logger, Network, Socket, SocketHandler, TlsServerOptions } from '@sluice/effects'
import type { SecurityProtocol } from '../metadata/security-protocol.ts'

/** One address that a broker listens on. */
export interface ListenerOptions {
  /** MSK's name for it: CLIENT, CLIENT_SECURE, … */
  readonly name: string
  readonly protocol: SecurityProtocol
  /** Address to bind, e.g. 127.0.0.1. */
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** What clients are told instead of the address that they dialled. */
  readonly advertised?: { readonly host: string; readonly port: number }
  /**
   * The release of Apache Kafka (`3.8.1`, `3.8.1-zookeeper`) that clients of this listener meet: its APIs and features, as far
   * as they are served, and no later ones. Without one it is all that is served.
   */
  readonly release?: string
  /** Nobody logs in here as this one (`User:CN=nodes`), whatever they show: who it is only another listener can tell. */
  readonly refusedPrincipal?: string
}

export interface BoundListener extends ListenerOptions {
  readonly port: number
  readonly listener: Listener
}

/** What of a listener both its sides have to know. */
export type ListenerKind = Pick<ListenerOptions, 'name' | 'protocol'>

const plainController: ListenerKind = { name: 'CONTROLLER', protocol: 'PLAINTEXT' }

/** The one listener that a controller has. */
export function controllerListener({
  host,
  port,
  listener = plainController,
}: {
  host: string
  port: number
  listener?: ListenerKind
}): ListenerOptions {
  return { ...listener, host, port }
}

export function isEncrypted({ protocol }: ListenerKind): boolean {
  return protocol === 'SSL' || protocol === 'SASL_SSL'
}

/**
 * Binds all listeners, or none: one that fails closes those that stand. Rejects with the system's error (EADDRINUSE,
 * EACCES, …), to which the address is added.
 */
export async function bindListeners(
  network: Network,
  options: readonly ListenerOptions[],
  parts: {
    accept: (listener: ListenerOptions, socket: Socket) => SocketHandler
    /** Of a listener whose connections are encrypted; throws where its configs give none. */
    tlsOf: (listener: ListenerOptions) => TlsServerOptions
    logger: Logger
  },
): Promise<BoundListener[]> {
  const { accept, tlsOf, logger } = parts
  const bound: BoundListener[] = []
  for (const option of options) {
    try {
      const { host, port } = option
      const tls = isEncrypted(option) ? { tls: tlsOf(option) } : {}
      const listener = await network.listen({ host, port, ...tls }, (socket) => accept(option, socket))
      bound.push({ ...option, port: listener.port, listener })
    } catch (error) {
      for (const { listener } of bound) await listener.close()
      logger.error('cannot listen', { listener: option.name, host: option.host, port: option.port, error })
      throw error
    }
  }
  return bound
}
