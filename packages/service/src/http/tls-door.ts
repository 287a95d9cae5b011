import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Logger } from '@sluice/effects'

/** The key of a server and its certificates, those that it shall show now, PEM. */
export type ServerIdentity = () => Promise<string>

/** Told of the connection as it is decrypted, when hands are shaken, and of the HTTP that both agree upon; null where they do not speak of it. */
type Secured = (socket: TLSSocket, version: 1 | 2 | null) => void

/** By their names in ALPN, the one that is preferred first. */
const versions = new Map<string, 1 | 2>([
  ['h2', 2],
  ['http/1.1', 1],
])

/**
 * TLS on connections that somebody else has accepted, whose first bytes ask for it. Which HTTP is spoken inside both sides agree upon by
 * ALPN, if they do. Who does not believe the certificate, or speaks no TLS after all, is gone.
 */
export class TlsDoor {
  readonly #identity: ServerIdentity
  readonly #logger: Pick<Logger, 'debug' | 'error'>
  /** By the address of the other side, which tells an encrypted socket's connection. */
  readonly #shaking = new Map<string, Secured>()
  /** It listens nowhere: connections are handed to it. */
  readonly #server = createServer({ ALPNProtocols: [...versions.keys()] })
  #shown = ''
  /** There is nothing to show, and that is said: once, not to everybody who comes. */
  #isBare = false

  constructor(identity: ServerIdentity, logger: Pick<Logger, 'debug' | 'error'>) {
    this.#identity = identity
    this.#logger = logger
    this.#server
      .on('secureConnection', (socket) => {
        socket.on('error', () => socket.destroy())
        const secured = this.#shaking.get(addressOf(socket))
        if (!secured) return socket.destroy()
        return secured(socket, versions.get(socket.alpnProtocol || '') ?? null)
      })
      .on('tlsClientError', (error, socket) => {
        this.#logger.debug('a handshake with a client of HTTP has failed', { error })
        socket.destroy()
      })
  }

  async take(socket: Socket, secured: Secured): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      await this.#show()
    } catch (error) {
      if (!this.#isBare) this.#logger.error('there is no certificate to show to clients of HTTP', { error })
      this.#isBare = true
      socket.destroy()
    }
    if (socket.destroyed) return
    const address = addressOf(socket)
    this.#shaking.set(address, secured)
    socket.once('close', () => {
      if (this.#shaking.get(address) === secured) this.#shaking.delete(address)
    })
    this.#server.emit('connection', socket)
  }

  /** As long as it is the same, whoever comes again resumes its session. */
  async #show(): Promise<void> {
    const pem = await this.#identity()
    if (pem !== this.#shown) this.#server.setSecureContext({ key: pem, cert: pem, minVersion: 'TLSv1.2' })
    this.#shown = pem
    this.#isBare = false
  }
}

function addressOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`
}
