import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock, Logger } from '@sluice/effects'
import { type Connection, Connections, type Exchange, idleMsMax } from './connections.ts'
import type { HttpHead, HttpResponse } from './message.ts'
import { peerOf } from './peer.ts'
import { whenSpoken } from './first-bytes.ts'
import { Http2Door } from './http2-door.ts'
import { readBody } from './read-body.ts'
import { sendRest } from './send-rest.ts'
import { type Refusal, type Surface, tooLong } from './surface.ts'
import { type ServerIdentity, TlsDoor } from './tls-door.ts'

export interface HttpListener {
  readonly host: string
  readonly port: number
  /** Stops accepting, lets requests that have arrived whole be answered, closes every connection. */
  close(): Promise<void>
}

interface ListenerEffects {
  clock: Clock
  logger: Logger
}

interface ListenerAddress {
  host: string
  port: number
  /** With it whoever asks for TLS is served, too, on the same port. */
  identity?: ServerIdentity
}

const headBytesMax = 16_384
/** A close ends after this, whatever clients do. */
const closeMsMax = 5_000

/** Puts a port in front of `surface`. Rejects with EADDRINUSE, …; port 0 takes any free one. */
export async function listen(
  surface: Surface,
  { host, port: wanted, identity }: ListenerAddress,
  effects: ListenerEffects,
): Promise<HttpListener> {
  const listener = new Listener(surface, effects, identity ? new TlsDoor(identity, effects.logger) : null)
  const port = await listener.listen({ host, port: wanted })
  return { host, port, close: () => listener.close() }
}

class Listener {
  readonly #surface: Surface
  readonly #effects: ListenerEffects
  readonly #connections: Connections
  readonly #server: Server
  readonly #http2: Http2Door
  readonly #tls: TlsDoor | null
  /** What Node does with a connection that speaks HTTP/1. */
  readonly #serveHttp1: (socket: Socket) => void
  #isClosing = false

  constructor(surface: Surface, effects: ListenerEffects, tls: TlsDoor | null) {
    this.#surface = surface
    this.#tls = tls
    this.#effects = effects
    this.#connections = new Connections(effects.clock, (connection) => this.#expire(connection))
    // Node looks at its own time limits twice a minute at most, and leaves the socket open; see connections.ts.
    const ownLimits = { headersTimeout: 0, requestTimeout: 0 }
    this.#server = createServer({
      ...ownLimits,
      maxHeaderSize: headBytesMax,
      // Clients are told, so that they do not ask on a connection that is about to end.
      keepAliveTimeout: idleMsMax,
    })
      .on('request', (incoming, outgoing) => this.#serve(incoming, outgoing, 'none'))
      .on('checkContinue', (incoming, outgoing) => this.#serve(incoming, outgoing, 'continue'))
      .on('checkExpectation', (incoming, outgoing) => this.#serve(incoming, outgoing, 'unknown'))
      .on('clientError', (error, socket) => this.#refuseMalformed(error, socket as Socket))
    const [serveHttp1] = this.#server.listeners('connection')
    this.#serveHttp1 = (socket) => serveHttp1?.call(this.#server, socket)
    this.#server.removeAllListeners('connection').on('connection', (socket: Socket) => this.#accept(socket))
    this.#http2 = new Http2Door(surface, effects.logger, () => this.#ended())
  }

  listen(address: { host: string; port: number }): Promise<number> {
    const server = this.#server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ ...address, exclusive: true }, () => {
        server.off('error', reject)
        // Errors of accept must not end the process; the next one is tried anyway.
        server.on('error', () => {})
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#connections.drain()
    const timer = this.#effects.clock.schedule(closeMsMax, () => this.#connections.close())
    await closed
    timer.cancel()
    this.#connections.close()
  }

  #accept(socket: Socket): void {
    const connection = this.#connections.add(socket)
    if (!connection) return
    this.#listenTo(connection)
  }

  /** What is spoken on it is told by its first bytes. */
  #listenTo(connection: Connection): void {
    const { socket } = connection
    const ended = () => socket.destroy()
    socket.once('error', ended).once('end', ended)
    whenSpoken(socket, (spoken) => {
      socket.off('error', ended).off('end', ended)
      // Inside of it there is no other one: nobody has hands shaken again and again for a single place.
      const isFirst = peerOf(socket).isEncrypted !== true
      if (spoken === 'tls' && this.#tls && isFirst) void this.#encrypt(connection, this.#tls)
      else this.#speak(connection, spoken === 2 ? 2 : 1)
    })
  }

  #speak(connection: Connection, version: 1 | 2): void {
    connection.endsSilently = version === 2
    if (version === 2) this.#http2.take(connection)
    else this.#serveHttp1(connection.socket)
  }

  async #encrypt(connection: Connection, tls: TlsDoor): Promise<void> {
    connection.endsSilently = true
    await tls.take(connection.socket, (socket, version) => {
      this.#connections.moved(connection, socket)
      // Some SDKs begin with HTTP/2 here, too, without a word before.
      if (version === null) this.#listenTo(connection)
      else this.#speak(connection, version)
    })
  }

  #ended(): void {
    if (this.#isClosing) this.#connections.drain()
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse, expects: Expectation): void {
    const connection = this.#connections.of(incoming.socket)
    if (!connection || connection.isClosing) {
      incoming.resume()
      return
    }
    const exchange = connection.begin()
    const hungUp = new AbortController()
    outgoing.once('close', () => {
      if (exchange.phase === 'answering') hungUp.abort()
      connection.end(exchange)
      this.#ended()
    })
    this.#answer({ connection, exchange, incoming, outgoing, hungUp }, expects).catch((error: unknown) => {
      this.#effects.logger.error('a bug stopped an HTTP request', { error })
      connection.socket.destroy()
    })
  }

  async #answer(turn: Turn, expects: Expectation): Promise<void> {
    const { connection, exchange, incoming, outgoing, hungUp } = turn
    const head = headOf(incoming)
    const refuse = (refusal: Refusal) => this.#refuse(turn, this.#surface.refuse(head, refusal))
    if (expects === 'unknown') return refuse(unknownExpectation)
    const verdict = this.#surface.admit(head)
    if ('refusal' in verdict) return this.#refuse(turn, verdict.refusal)
    const { bodyBytesMax } = verdict
    if (Number(incoming.headers['content-length'] ?? 0) > bodyBytesMax) return refuse(tooLong(bodyBytesMax))
    if (expects === 'continue') outgoing.writeContinue()
    const body = await readBody(incoming, bodyBytesMax)
    if (body === 'too long') return refuse(tooLong(bodyBytesMax))
    if (body === 'gone') return
    connection.move(exchange, 'answering')
    const answer = await verdict.answer(body, hungUp.signal)
    connection.move(exchange, 'sending')
    if (this.#isClosing) outgoing.setHeader('connection', 'close')
    outgoing.writeHead(answer.status, headersOf(answer))
    if (!answer.rest) outgoing.end(answer.body)
    else {
      connection.move(exchange, 'streaming')
      outgoing.write(answer.body)
      await sendRest(answer.rest, outgoing)
    }
  }

  /**
   * The answer goes out whole, but the connection stays until the client has sent the rest of its request or its
   * time is up: closing a socket with unread bytes resets it, and the client would lose the answer.
   */
  #refuse({ connection, incoming, outgoing }: Turn, answer: HttpResponse): void {
    connection.beginClosing()
    outgoing.writeHead(answer.status, { ...headersOf(answer), connection: 'close' })
    outgoing.write(answer.body)
    incoming.once('end', () => outgoing.end())
    incoming.resume()
  }

  /** What is not even HTTP, or has headers without end. */
  #refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.of(socket)
    // More of the same arrives while the connection closes.
    if (connection?.isClosing) return
    const isFree = connection?.phase === 'opening' || connection?.phase === 'idle'
    if (!isFree || error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else this.#refuseBare(connection, error.code === 'HPE_HEADER_OVERFLOW' ? longHead : noHttp)
  }

  #expire(connection: Connection): void {
    const { phase, socket, endsSilently } = connection
    if (phase === 'opening' && socket.bytesRead > 0 && !endsSilently) this.#refuseBare(connection, tooSlow)
    else socket.destroy()
  }

  /** For a connection without a request that could be answered. */
  #refuseBare(connection: Connection, refusal: Refusal): void {
    connection.beginClosing()
    const answer = this.#surface.refuse(null, refusal)
    const headers = Object.entries({ ...headersOf(answer), connection: 'close' })
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    connection.socket.write(`HTTP/1.1 ${answer.status} ${reasons[refusal.status] ?? ''}\r\n${lines}\r\n`)
    connection.socket.end(answer.body)
  }
}

/** One request with its connection. */
interface Turn {
  connection: Connection
  exchange: Exchange
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** Aborted when its client has not waited for the answer. */
  hungUp: AbortController
}

/** What a request's `expect` header says. */
type Expectation = 'none' | 'continue' | 'unknown'

const noHttp: Refusal = { status: 400, message: 'The request is not valid HTTP.' }
const tooSlow: Refusal = { status: 408, message: 'The request did not arrive in time.' }
const longHead: Refusal = { status: 431, message: 'The request headers are too long.' }
const unknownExpectation: Refusal = {
  status: 417,
  message: 'The only expectation that is met is 100-continue.',
}

const reasons: Partial<Record<Refusal['status'], string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

function headOf(incoming: IncomingMessage): HttpHead {
  const headers: [string, string][] = []
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2)
    headers.push([incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? ''])
  const { method = 'GET', url: target = '/', socket } = incoming
  return { method, target, headers, ...peerOf(socket) }
}

function headersOf({ status, headers, body, rest }: HttpResponse): Record<string, string> {
  return status === 204 || rest ? headers : { ...headers, 'content-length': String(body.length) }
}
