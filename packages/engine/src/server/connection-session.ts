import type { Socket } from '@sluice/effects'
import { anonymousPrincipal } from '../metadata/controller-channel.ts'
import type { ListenerOptions } from './listeners.ts'

/** Who is at the other end of a connection, and the way they came: what all its requests have in common. */
export class ConnectionSession {
  readonly listener: ListenerOptions
  /** The address that the client dialled. */
  readonly localAddress: string
  readonly remoteAddress: string
  /** As Apache Kafka writes it. Nobody else comes by a listener without authentication. */
  readonly principal: string = anonymousPrincipal
  /** What the client says of itself; set by ApiVersions (KIP-511). */
  software: ClientSoftware | null = null

  constructor(listener: ListenerOptions, socket: Pick<Socket, 'localAddress' | 'remoteAddress'>) {
    this.listener = listener
    this.localAddress = socket.localAddress
    this.remoteAddress = socket.remoteAddress
  }
}

export interface ClientSoftware {
  readonly name: string
  readonly version: string
}
