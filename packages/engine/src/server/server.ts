import {
  assert,
  type Clock,
  type Disk,
  type Guard,
  HandshakeFailure,
  type Network,
  type Socket,
  type TlsServerOptions,
} from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import { type PrincipalMapping, principalMapping } from '../metadata/principal-mapping.ts'
import { Connection, type RequestHandling } from './connection.ts'
import { ConnectionSession } from './connection-session.ts'
import { type ConnectionFigures, Connections } from './connections.ts'
import { dispatch, type Dispatching } from './dispatch.ts'
import { EndOfRead } from './end-of-read.ts'
import type { RequestContext } from './handler.ts'
import type { SaslLogin } from './authentication/sasl-login.ts'
import { CertificateWatch } from './certificate-watch.ts'
import { listenerTls } from './listener-tls.ts'
import { bindListeners, type BoundListener, type ListenerOptions } from './listeners.ts'
import type { Reply } from './reply.ts'
import type { NodeTap } from './tap.ts'

/**
 * What a node shows to the network: its listeners, the connections that come by them, and their requests on the way to
 * their handlers. Connections that come before `open` wait for it.
 */
export class Server<Context extends RequestContext> implements RequestHandling {
  readonly requestBytesMax: number
  readonly loginBytesMax: number
  readonly endOfRead = new EndOfRead()
  readonly #node: Dispatching<Context>
  readonly #network: Network
  readonly #tlsOf: (listener: ListenerOptions) => TlsServerOptions
  readonly #loginsOf: (listener: ListenerOptions) => (() => SaslLogin) | null
  /** By the names of listeners. */
  readonly #logins = new Map<string, () => SaslLogin>()
  /** How clients of a listener are named that show a certificate, by the names of listeners. */
  readonly #mappings = new Map<string, PrincipalMapping>()
  readonly #mappingOf: (listener: ListenerOptions) => PrincipalMapping
  readonly #connections: Connections
  readonly #certificates: CertificateWatch
  readonly #tap: NodeTap | null
  #listeners: readonly BoundListener[] = []
  #nextConnection = 0
  #nowMs = 0
  #isClosed = false

  constructor(
    node: Dispatching<Context>,
    options: {
      network: Network
      config: BrokerConfig
      disk: Disk
      openFilesMax?: number
      /** Throws where a listener wants what is not served. */
      loginsOf?: (listener: ListenerOptions) => (() => SaslLogin) | null
      /** Hears what is asked and answered. */
      tap?: NodeTap | null
    },
  ) {
    const { config, disk } = options
    this.#node = node
    this.#network = options.network
    this.#tap = options.tap ?? null
    const { clock, refusals } = node
    this.#connections = new Connections({
      clock,
      config,
      openFilesMax: options.openFilesMax ?? disk.openFilesMax,
      refusals,
      quota: node.clientQuotas?.connections ?? null,
      cluster: node.clientQuotas?.cluster ?? null,
    })
    this.#loginsOf = options.loginsOf ?? (() => null)
    this.#mappingOf = ({ name }) =>
      principalMapping(String(config.listenerValue(name, 'ssl.principal.mapping.rules')))
    this.#tlsOf = ({ name }) => listenerTls(name, config, disk)
    this.#certificates = new CertificateWatch({ clock: node.clock, logger: node.logger, tlsOf: this.#tlsOf })
    this.requestBytesMax = config.int('socket.request.max.bytes')
    this.loginBytesMax = config.int('sasl.server.max.receive.size')
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
    this.#connections.listen(listeners)
    for (const listener of listeners) {
      this.#mappings.set(listener.name, this.#mappingOf(listener))
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
    this.#connections.open()
  }

  /** Nobody new comes. */
  closeListeners(): void {
    this.#isClosed = true
    for (const { listener } of this.#listeners) void listener.close()
  }

  stopWatching(): void {
    this.#certificates.stop()
    this.#connections.stopWatching()
    this.#node.refusals.close()
  }

  connections(): readonly Connection[] {
    return this.#connections.all()
  }

  connectionFigures(): ConnectionFigures {
    return this.#connections.figures()
  }

  pipelines(apiKey: number): boolean {
    return this.#node.handlers.get(apiKey)?.pipelined === true
  }

  handle(frame: Buffer, start: number, end: number, connection: Connection, reply: Reply): boolean {
    if (this.#tap?.isOpen) this.#tap.arrives(frame, start, end, connection, reply)
    return dispatch(frame, start, end, connection, reply, this.#node)
  }

  commitStaged(): void {
    this.#node.commitStaged()
  }

  readStarts(): number {
    this.#nowMs = this.clock.now()
    return this.#nowMs
  }

  known(connection: Connection): void {
    this.#connections.known(connection)
  }

  closed(connection: Connection, failure?: Error): void {
    this.#connections.delete(connection)
    if (!(failure instanceof HandshakeFailure)) return
    const { remoteAddress: client, listener } = connection.session
    const facts = { listener: listener.name }
    // Health checks of load balancers come every few seconds.
    if (failure.isSilent) this.#node.logger.debug('a client has gone without a byte', { client, ...facts })
    else this.#node.refusals.tell('a TLS handshake has failed', client, failure.message, facts)
  }

  get clock(): Clock {
    return this.#node.clock
  }

  #accept(listener: ListenerOptions, socket: Socket): Connection {
    const connection = new Connection({
      id: `${socket.localAddress}:${socket.localPort}-${socket.remoteAddress}:${socket.remotePort}-${this.#nextConnection++}`,
      session: new ConnectionSession(listener, socket, this.#logins.get(listener.name)?.(), {
        authorizer: this.#node.authorizer,
        mapping: this.#mappings.get(listener.name),
      }),
      socket,
      handling: this,
      logger: this.#node.logger,
      nowMs: this.clock.now(),
    })
    let isAdmitted = false
    this.guard(() => {
      isAdmitted = !this.#isClosed && this.#connections.arrive(connection)
    })
    if (!isAdmitted) this.clock.defer(() => connection.destroy('not admitted'))
    return connection
  }
}
