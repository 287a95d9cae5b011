import * as net from 'node:net'
import * as tls from 'node:tls'
import { monotonic } from './clock.ts'
import { Decrypted } from './decrypted.ts'
import { reasonOf, refusalOf } from './handshake-reasons.ts'
import { Newcomers } from './newcomers.ts'
import {
  type Accept,
  type ConnectOptions,
  HandshakeFailure,
  type Listener,
  type ListenOptions,
  type Network,
  type Socket,
  type SocketHandler,
  type TlsCredentials,
  type TlsServerOptions,
} from './network.ts'
import { setImmediate } from './timers.ts'

/** OpenSSL's own default would let TLS 1.1 in where a system configures it so. */
const tlsVersionMin = 'TLSv1.2'

/** Of all listeners of the process, which share its event loop. */
const newcomers = new Newcomers({ monotonic, defer: (fn) => void setImmediate(fn) })

/** The authorities that Node trusts by itself, PEM. */
export function systemAuthorities(): string {
  return `${tls.rootCertificates.join('\n')}\n`
}

export function systemNetwork(): Network {
  return { listen, connect }
}

function listen(options: ListenOptions, accept: Accept): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const secured = options.tls ? tlsDoor(options.tls, accept) : null
    const server = secured?.server ?? plainServer(accept)
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
      server.off('error', reject)
      // Errors of accept (EMFILE, ECONNABORTED) must not end the process; the next accept is tried anyway.
      server.on('error', () => {})
      const address = server.address() as net.AddressInfo
      resolve({
        host: options.host,
        port: address.port,
        renew: (credentials) => secured?.renew(credentials),
        close: () => new Promise((closed) => server.close(() => closed())),
      })
    })
  })
}

function plainServer(accept: Accept): net.Server {
  return net.createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (accepted) =>
    takeOver(accepted, accept),
  )
}

/** One that is under way, or has failed. */
interface Handshake {
  readonly socket: SystemSocket
  readonly handler: SocketHandler
  /** None where the other side has gone. */
  failure?: Error
}

/**
 * A connection is its owner's from the moment it is there, so that one that never ends its handshake counts like any
 * other; its bytes come when the handshake has ended. An owner that wants nothing of it yet lets the handshake wait: that
 * costs a millisecond of the processor each. Which encrypted socket stands on which connection the address of the other
 * side tells, and of one that is closed, which has none any more, an undocumented property.
 */
function tlsDoor({ credentials, clientCertificate, handshakeMsMax }: TlsServerOptions, accept: Accept) {
  const isNeeded = clientCertificate === 'required'
  // It listens nowhere: connections are handed to it.
  const handshaker = tls.createServer({
    ...contextOptions(credentials),
    requestCert: clientCertificate !== 'none',
    // Then TLS itself tells a client that shows none. For one whose certificate is not believed Node has no such word.
    rejectUnauthorized: isNeeded,
    handshakeTimeout: handshakeMsMax,
    noDelay: true,
  })
  const handshakes = new Map<string, Handshake>()
  const onSocket = new WeakMap<net.Socket, Handshake>()
  const handshakeOf = (encrypted: tls.TLSSocket) => {
    const { _parent: raw } = encrypted as unknown as { _parent?: net.Socket }
    return (raw && onSocket.get(raw)) ?? handshakes.get(addressOf(encrypted))
  }
  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (raw) => {
    const socket = new SystemSocket(raw)
    const at = addressOf(raw)
    raw.on('error', () => {})
    const handshake: Handshake = { socket, handler: accept(socket) }
    handshakes.set(at, handshake)
    onSocket.set(raw, handshake)
    raw.once('close', () => {
      if (handshakes.get(at) !== handshake) return
      handshakes.delete(at)
      const hasSpoken = raw.bytesRead > 0
      // Why Node has closed it is told after that.
      setImmediate(() => handshake.handler.onClose(new HandshakeFailure(handshake.failure, { hasSpoken })))
    })
    newcomers.add(() => {
      // Its owner may have wanted nothing of it.
      if (!raw.destroyed) socket.beginsWith(() => handshaker.emit('connection', raw))
    })
  })
  handshaker.on('tlsClientError', (error, encrypted) => {
    const handshake = handshakeOf(encrypted)
    const isDisbelieved = Boolean(encrypted.authorizationError)
    const isGone = !isDisbelieved && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
    if (handshake && !isGone)
      handshake.failure = new Error(isDisbelieved ? refusalOf(encrypted) : reasonOf(error))
    encrypted.destroy()
  })
  handshaker.on('secureConnection', (encrypted) => {
    const at = addressOf(encrypted)
    const handshake = handshakes.get(at)
    const isShown = encrypted.getPeerX509Certificate() !== undefined
    const isRefused = !encrypted.authorized && (isShown || isNeeded)
    if (!handshake || isRefused) {
      if (handshake) handshake.failure = new Error(refusalOf(encrypted))
      encrypted.destroy()
      return
    }
    handshakes.delete(at)
    handshake.socket.secured(encrypted, handshake.handler)
  })
  // Whoever resumes a session shows no certificate again; another context resumes none of those before it.
  const renew = (renewed: TlsCredentials) => handshaker.setSecureContext(contextOptions(renewed))
  return { server, renew }
}

function contextOptions(credentials: TlsCredentials): tls.SecureContextOptions {
  const { key, passphrase, certificates, authorities, revocations } = credentials
  return {
    key,
    passphrase,
    cert: certificates,
    // Without any, Node would trust whom the system trusts.
    ca: authorities === '' ? [] : authorities,
    minVersion: tlsVersionMin,
    ...(revocations !== undefined && { crl: revocations }),
  }
}

function subjectOf(encrypted: tls.TLSSocket): string | null {
  return encrypted.getPeerX509Certificate()?.subject ?? null
}

function addressOf({ remoteAddress, remotePort }: net.Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/**
 * Reads into the handler's own buffer instead of a fresh one per read (net's `onread`), which costs a third
 * less. net offers `onread` only to sockets that it creates, so the accepted handle moves to a new one. The
 * `handle` option is undocumented: where it fails, `data` events serve the same handler at 0.6 to 0.85 of the
 * speed.
 */
function takeOver(accepted: net.Socket, accept: Accept): void {
  // Bun has one that cannot be moved: the new socket would read nothing.
  const handle = process.versions['bun'] ? null : (accepted as unknown as { _handle: unknown })._handle
  accepted.on('error', () => {})
  const socket = new SystemSocket(accepted)
  const handler = accept(socket)
  if (!handle) {
    accepted.on('data', (chunk: Buffer) => feed(handler, chunk))
    socket.attach(accepted, handler)
    newcomers.add(() => socket.beginsWith(() => accepted.resume()))
    return
  }
  ;(accepted as unknown as { _handle: unknown })._handle = null
  const raw = new net.Socket({
    handle,
    onread: {
      buffer: () => handler.receiveBuffer(),
      callback: (length: number) => {
        handler.onRead(length)
        return true
      },
    },
    allowHalfOpen: true,
    manualStart: true,
  } as never)
  // The first socket has lost its handle: nothing waits for it any more.
  accepted.destroy()
  socket.attach(raw, handler)
  newcomers.add(() => socket.beginsWith(() => raw.resume()))
}

function connect(options: ConnectOptions, handlerOf: (socket: Socket) => SocketHandler): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let handler: SocketHandler | undefined
    // net asks for the first buffer before the connection stands and thus before there is a handler.
    const firstBuffer = new Uint8Array(65_536)
    const reads = {
      onread: {
        buffer: () => handler?.receiveBuffer() ?? firstBuffer,
        callback: (length, filled) => {
          if (!handler) return true
          if (filled === firstBuffer) feed(handler, firstBuffer.subarray(0, length))
          else handler.onRead(length)
          return true
        },
      },
    } as net.ConnectOpts
    const to = { host: options.host, port: options.port, noDelay: true, ...reads }
    const raw = options.tls ? tls.connect({ ...to, ...clientOptions(options) }) : net.connect(to)
    raw.once('error', reject)
    raw.once(options.tls ? 'secureConnect' : 'connect', () => {
      raw.off('error', reject)
      const socket = new SystemSocket(raw, raw instanceof tls.TLSSocket ? subjectOf(raw) : null)
      handler = handlerOf(socket)
      socket.attach(raw, handler)
      resolve(socket)
    })
  })
}

function clientOptions({ host, tls: wanted }: ConnectOptions): tls.ConnectionOptions {
  return {
    ca: wanted?.authorities,
    minVersion: tlsVersionMin,
    ...(wanted?.key !== undefined && {
      key: wanted.key,
      passphrase: wanted.passphrase,
      cert: wanted.certificates,
    }),
    // An address is no name of a server: only its certificate is asked for it.
    ...(net.isIP(host) === 0 && { servername: host }),
  }
}

function feed(handler: SocketHandler, chunk: Uint8Array): void {
  for (let from = 0; from < chunk.length; ) {
    const target = handler.receiveBuffer()
    const length = Math.min(target.length, chunk.length - from)
    target.set(chunk.subarray(from, from + length))
    handler.onRead(length)
    from += length
  }
}

class SystemSocket implements Socket {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  #raw: net.Socket
  #peerSubject: string | null
  #isPaused = false
  /** What its first bytes wait for: that its owner wants them. */
  #begin: (() => void) | null = null
  /** Bytes come from `#raw`; before, and during a handshake, it is not this owner's to hold. */
  #isAttached = false
  #decrypted: Decrypted | null = null
  /** Of the last write that found nothing queued: OpenSSL has encrypted it at once, or has taken a copy. */
  #encryptedBytes = 0

  constructor(raw: net.Socket, peerSubject: string | null = null) {
    this.#raw = raw
    this.#peerSubject = peerSubject
    this.localAddress = raw.localAddress ?? ''
    this.localPort = raw.localPort ?? 0
    this.remoteAddress = raw.remoteAddress ?? ''
    this.remotePort = raw.remotePort ?? 0
  }

  get peerSubject(): string | null {
    return this.#peerSubject
  }

  beginsWith(begin: () => void): void {
    this.#begin = begin
    if (!this.#isPaused) this.resume()
  }

  /** The handshake has ended; its owner may want no bytes yet. */
  secured(encrypted: tls.TLSSocket, handler: SocketHandler): void {
    this.#peerSubject = subjectOf(encrypted)
    this.#decrypted = new Decrypted(encrypted, handler, () => this.#isPaused)
    this.attach(encrypted, handler)
    if (this.#isPaused) encrypted.pause()
    else encrypted.resume()
  }

  attach(raw: net.Socket, handler: SocketHandler): void {
    this.#raw = raw
    this.#isAttached = true
    let failure: Error | undefined
    this.#raw.on('error', (error) => {
      failure = error
    })
    this.#raw.on('close', () => handler.onClose(failure))
    this.#raw.on('drain', () => handler.onDrain())
    this.#raw.on('end', () => (handler.onEnd ? handler.onEnd() : this.#raw.end()))
  }

  write(data: Uint8Array): boolean {
    if (this.#decrypted && this.#raw.writableLength === 0) this.#encryptedBytes = data.length
    return this.#raw.write(data)
  }

  get isFull(): boolean {
    return this.#raw.writableNeedDrain
  }

  get queuedBytes(): number {
    return this.#raw.writableLength
  }

  get borrowedBytes(): number {
    const { queuedBytes } = this
    return this.#decrypted && queuedBytes === this.#encryptedBytes ? 0 : queuedBytes
  }

  pause(): void {
    this.#isPaused = true
    if (this.#isAttached) this.#raw.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#decrypted?.deliverSoon()
    const begin = this.#begin
    this.#begin = null
    if (begin) begin()
    else if (this.#isAttached) this.#raw.resume()
  }

  end(): void {
    // Half-open sockets are allowed so that answers reach a client that has sent its last byte; this is our last one.
    this.#raw.end(() => this.#raw.destroy())
  }

  destroy(): void {
    this.#raw.destroy()
  }
}
