import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { HttpHead } from './message.ts'

/** What a connection tells of whoever asks on it. */
export function peerOf(socket: Socket): Pick<HttpHead, 'isEncrypted' | 'remoteAddress'> {
  return {
    remoteAddress: socket.remoteAddress,
    isEncrypted: (socket as Partial<TLSSocket>).encrypted === true,
  }
}
