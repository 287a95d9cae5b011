import { X509Certificate } from 'node:crypto'
import type {
  Accept,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  Socket,
  SocketHandler,
} from './network.ts'
import { nextTick, setImmediate } from './timers.ts'

/**
 * A network inside one process: for tests, and for brokers that nobody outside shall reach. It overwrites each receive buffer after `onRead` has returned: a
 * handler that kept a slice of it reads garbage, and its test fails. TLS encrypts nothing here, a certificate may be just
 * the text that names its subject, and everybody is believed; but only TLS meets TLS, with a certificate where one is
 * required.
 */
export class MemoryNetwork implements Network {
  readonly #listeners = new Map<number, { accept: Accept; tls: ListenOptions['tls'] }>()
  readonly #defer: Defer
  #nextPort = 20_000

  /** `isPrompt`: what is written arrives in the same turn of the event loop, and so may its answer; else in the next one. */
  constructor({ isPrompt = false } = {}) {
    this.#defer = isPrompt ? promptly() : setImmediate
  }

  async listen(options: ListenOptions, accept: Accept): Promise<Listener> {
    const port = options.port === 0 ? this.#nextPort++ : options.port
    if (this.#listeners.has(port))
      throw Object.assign(new Error(`EADDRINUSE: ${port}`), { code: 'EADDRINUSE' })
    this.#listeners.set(port, { accept, tls: options.tls })
    const close = async () => void this.#listeners.delete(port)
    return { host: options.host, port, close, renew() {} }
  }

  async connect(options: ConnectOptions, handlerOf: (socket: Socket) => SocketHandler): Promise<Socket> {
    const listener = this.#listeners.get(options.port)
    if (!listener)
      throw Object.assign(new Error(`ECONNREFUSED: ${options.port}`), {
        code: 'ECONNREFUSED',
        syscall: 'connect',
      })
    const near = new MemorySocket('127.0.0.1', this.#nextPort++, options.port, this.#defer)
    const far = new MemorySocket('127.0.0.1', options.port, near.localPort, this.#defer)
    near.peer = far
    far.peer = near
    far.peerSubject = subjectOf(options.tls?.certificates)
    if ((listener.tls !== undefined) !== (options.tls !== undefined))
      throw Object.assign(new Error('only one side speaks TLS'), { code: 'EPROTO' })
    if (listener.tls?.clientCertificate === 'required' && far.peerSubject === null)
      throw Object.assign(new Error('a certificate is required'), { code: 'EPROTO' })
    far.handler = listener.accept(far)
    near.handler = handlerOf(near)
    return near
  }
}

function subjectOf(certificates: string | undefined): string | null {
  if (certificates === undefined) return null
  return certificates.includes('-----BEGIN CERTIFICATE-----')
    ? new X509Certificate(certificates).subject
    : certificates
}

/** Has something done when the code that runs has come to its end. */
type Defer = (fn: () => void) => void

/** So much may be done in one turn of the event loop: two that write to each other on and on leave it to others, too. */
const promptMax = 100

function promptly(): Defer {
  let count = 0
  return (fn) => {
    if (count === 0) setImmediate(() => (count = 0))
    if (count++ < promptMax) nextTick(fn)
    else setImmediate(fn)
  }
}

const highWaterBytes = 65_536

class MemorySocket implements Socket {
  readonly localAddress: string
  readonly remoteAddress: string
  readonly localPort: number
  readonly remotePort: number
  peerSubject: string | null = null
  peer!: MemorySocket
  handler!: SocketHandler
  #queue: Uint8Array[] = []
  #queued = 0
  #paused = false
  #ended = false
  #closed = false
  #scheduled = false
  #wantsDrain = false
  /** Asked for early, as Node does. */
  #receiveInto: Uint8Array | null = null
  readonly #defer: Defer

  constructor(address: string, localPort: number, remotePort: number, defer: Defer) {
    this.#defer = defer
    this.localAddress = address
    this.remoteAddress = address
    this.localPort = localPort
    this.remotePort = remotePort
  }

  write(data: Uint8Array): boolean {
    if (this.#closed || this.#ended) return true
    this.#queue.push(data)
    this.#queued += data.length
    this.#schedule()
    this.#wantsDrain ||= this.#queued > highWaterBytes
    return this.#queued <= highWaterBytes
  }

  get isFull(): boolean {
    return this.#wantsDrain
  }

  get queuedBytes(): number {
    return this.#queued
  }

  get borrowedBytes(): number {
    return this.#queued
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.peer.#schedule()
  }

  end(): void {
    this.#ended = true
    this.#schedule()
  }

  destroy(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#queued = 0
    setImmediate(() => {
      this.handler.onClose()
      this.peer.destroy()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#defer(() => {
      this.#scheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    const peer = this.peer
    while (this.#queue.length > 0 && !peer.#paused && !peer.#closed) {
      const chunk = this.#queue.shift() as Uint8Array
      this.#queued -= chunk.length
      for (let from = 0; from < chunk.length && !peer.#closed; ) {
        const target = peer.#receiveInto ?? peer.handler.receiveBuffer()
        const length = Math.min(target.length, chunk.length - from)
        target.set(chunk.subarray(from, from + length))
        from += length
        peer.handler.onRead(length)
        if (peer.#closed) break
        peer.#receiveInto = peer.handler.receiveBuffer()
        // Only where the handler gives the same place again is the old content dead.
        if (peer.#receiveInto.byteOffset === target.byteOffset) target.fill(0xdb, 0, length)
      }
    }
    if (this.#queue.length > 0) return
    if (this.#wantsDrain && !this.#closed) {
      this.#wantsDrain = false
      this.handler.onDrain()
    }
    if (this.#ended && !this.#closed && !peer.#closed) {
      if (peer.handler.onEnd && !peer.#ended) peer.handler.onEnd()
      else this.destroy()
    }
  }
}
