import {
  assert,
  type Clock,
  type Disk,
  type Guard,
  type Network,
  type Socket,
  type TlsServerOptions,
} from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import { Connection, type RequestHandling } from './connection.ts'
import { ConnectionSession } from './connection-session.ts'
import { Connections } from './connections.ts'
import { dispatch, type Dispatching } from './dispatch.ts'
import { EndOfRead } from './end-of-read.ts'
import type { RequestContext } from './handler.ts'
import type { SaslLogin } from './authentication/sasl-login.ts'
import { CertificateWatch } from './certificate-watch.ts'
import { listenerTls } from './listener-tls.ts'
import { bindListeners, type BoundListener, type ListenerOptions } from './listeners.ts'
import type { Reply } from './reply.ts'

/** What a server needs of its node. */
interface Served<Context extends RequestContext> extends Dispatching<Context> {
  /** See RequestHandling. */
  commitStaged(): void
}

/**
 * What a node shows to the network: its listeners, the connections that come by them, and their requests on the way to
 * their handlers. Connections that come before `open` wait for it.
 */
export class Server<Context extends RequestContext> implements RequestHandling {
  readonly requestBytesMax: number
  readonly endOfRead = new EndOfRead()
  readonly #node: Served<Context>
  readonly #network: Network
  readonly #tlsOf: (listener: ListenerOptions) => TlsServerOptions
  readonly #loginsOf: (listener: ListenerOptions) => (() => SaslLogin) | null
  /** By the names of listeners. */
  readonly #logins = new Map<string, () => SaslLogin>()
  readonly #connections: Connections
  readonly #certificates: CertificateWatch
  /** Sockets that came before the node was ready. */
  #early: Socket[] | null = []
  #listeners: readonly BoundListener[] = []
  #nextConnection = 0
  #nowMs = 0
  #isClosed = false

  constructor(
    node: Served<Context>,
    options: {
      network: Network
      config: BrokerConfig
      disk: Disk
      /** Throws where a listener wants what is not served. */
      loginsOf?: (listener: ListenerOptions) => (() => SaslLogin) | null
    },
  ) {
    const { config, disk } = options
    this.#node = node
    this.#network = options.network
    this.#connections = new Connections({ clock: node.clock, config, openFilesMax: disk.openFilesMax })
    this.#loginsOf = options.loginsOf ?? (() => null)
    this.#tlsOf = ({ name }) => listenerTls(name, config, disk)
    this.#certificates = new CertificateWatch({ clock: node.clock, logger: node.logger, tlsOf: this.#tlsOf })
    this.requestBytesMax = config.int('socket.request.max.bytes')
  }

  get listeners(): readonly BoundListener[] {
    return this.#listeners
  }

  /** Wall-clock time of the running socket read, ms. */
  get nowMs(): number {
    return this.#nowMs
  }

  get guard(): Guard {
    return this.#node.guard
  }

  /** Binds all listeners, or none; see bindListeners. */
  async listen(listeners: readonly ListenerOptions[]): Promise<void> {
    for (const listener of listeners) {
      const logins = this.#loginsOf(listener)
      // Never without a login what was to have one.
      assert(logins || !listener.protocol.startsWith('SASL_'), `${listener.name} has a way to log in`)
      if (logins) this.#logins.set(listener.name, logins)
    }
    this.#listeners = await bindListeners(this.#network, listeners, {
      accept: (listener, socket) => this.#accept(listener, socket),
      tlsOf: this.#tlsOf,
      logger: this.#node.logger,
    })
    if (this.#isClosed) this.closeListeners()
    else this.#certificates.watch(this.#listeners)
  }

  /** Requests are served from now on. */
  open(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const socket of early) socket.resume()
    this.#connections.watchIdle()
  }

  /** Nobody new comes. */
  closeListeners(): void {
    this.#isClosed = true
    for (const { listener } of this.#listeners) void listener.close()
  }

  stopWatching(): void {
    this.#certificates.stop()
    this.#connections.stopWatching()
  }

  connections(): readonly Connection[] {
    return this.#connections.all()
  }

  pipelines(apiKey: number): boolean {
    return this.#node.handlers.get(apiKey)?.pipelined === true
  }

  handle(frame: Buffer, start: number, end: number, connection: Connection, reply: Reply): boolean {
    return dispatch(frame, start, end, connection, reply, this.#node)
  }

  commitStaged(): void {
    this.#node.commitStaged()
  }

  readStarts(): number {
    this.#nowMs = this.#clock.now()
    return this.#nowMs
  }

  defer(fn: () => void): void {
    this.#clock.defer(fn)
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection)
  }

  get #clock(): Clock {
    return this.#node.clock
  }

  #accept(listener: ListenerOptions, socket: Socket): Connection {
    const connection = new Connection({
      id: `${socket.localAddress}:${socket.localPort}-${socket.remoteAddress}:${socket.remotePort}-${this.#nextConnection++}`,
      session: new ConnectionSession(
        listener,
        socket,
        this.#logins.get(listener.name)?.(),
        this.#node.authorizer,
      ),
      socket,
      handling: this,
      logger: this.#node.logger,
      nowMs: this.#clock.now(),
    })
    this.guard(() => this.#admit(connection))
    if (!this.#connections.has(connection)) this.defer(() => connection.destroy('not admitted'))
    return connection
  }

  #admit(connection: Connection): void {
    const { socket } = connection
    if (this.#isClosed || !this.#connections.admit(connection)) return
    if (this.#early) {
      this.#early.push(socket)
      this.defer(() => this.#early && socket.pause())
    }
  }
}
