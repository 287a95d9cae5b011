import type { Listener, Logger, Network, Socket, SocketHandler } from '@sluice/effects'
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
}

export interface BoundListener extends ListenerOptions {
  readonly port: number
  readonly listener: Listener
}

/**
 * Binds all listeners, or none: one that fails closes those that stand. Rejects with the system's error (EADDRINUSE,
 * EACCES, …), to which the address is added.
 */
export async function bindListeners(
  network: Network,
  options: readonly ListenerOptions[],
  accept: (listener: ListenerOptions, socket: Socket) => SocketHandler,
  logger: Logger,
): Promise<BoundListener[]> {
  const unserved = options.find(({ protocol }) => protocol !== 'PLAINTEXT')
  if (unserved)
    throw new Error(`listener ${unserved.name} wants ${unserved.protocol}; only PLAINTEXT is served`)
  const bound: BoundListener[] = []
  for (const option of options) {
    try {
      const listener = await network.listen({ host: option.host, port: option.port }, (socket) =>
        accept(option, socket),
      )
      bound.push({ ...option, port: listener.port, listener })
    } catch (error) {
      for (const { listener } of bound) await listener.close()
      logger.error('cannot listen', { listener: option.name, host: option.host, port: option.port, error })
      throw error
    }
  }
  return bound
}
