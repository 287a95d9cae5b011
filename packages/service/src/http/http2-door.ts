import { createServer, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Logger } from '@sluice/effects'
import type { Connection, Exchange } from './connections.ts'
import type { HttpHead, HttpResponse } from './message.ts'
import { peerOf } from './peer.ts'
import { readBody } from './read-body.ts'
import { sendRest } from './send-rest.ts'
import { type Surface, tooLong } from './surface.ts'

/** Of each request that is under way; its client sends more when some of it has been taken. */
const streamWindowBytes = 1_048_576
const sessionWindowBytes = 16_777_216
const sessionMegabytesMax = 64
const streamsMax = 256
const headBytesMax = 16_384

/**
 * HTTP/2 with prior knowledge, or agreed upon in TLS, over connections that somebody else has accepted: some SDKs speak nothing else
 * to Kinesis. Each request is an exchange of its connection.
 */
export class Http2Door {
  readonly #surface: Surface
  readonly #logger: Logger
  readonly #onEnd: () => void
  readonly #connections = new WeakMap<Http2Session, Connection>()
  readonly #server = createServer({
    maxSessionMemory: sessionMegabytesMax,
    settings: {
      initialWindowSize: streamWindowBytes,
      maxConcurrentStreams: streamsMax,
      maxHeaderListSize: headBytesMax,
    },
  })

  /** `onEnd` is told when a request has been answered. */
  constructor(surface: Surface, logger: Logger, onEnd: () => void) {
    this.#surface = surface
    this.#logger = logger
    this.#onEnd = onEnd
    this.#server
      .on('session', (session) => session.setLocalWindowSize(sessionWindowBytes))
      // What is wrong with a connection ends it.
      .on('sessionError', () => {})
      .on('stream', (stream, headers) => this.#serve(stream, headers))
  }

  /** Serves the connection from now on. */
  take(connection: Connection): void {
    // Node refuses who has not agreed upon it in TLS, and has begun with it all the same.
    if ('alpnProtocol' in connection.socket) connection.socket.alpnProtocol = 'h2'
    this.#server.once('session', (session) => this.#connections.set(session, connection))
    // Sockets of HTTP/1 may be half open; a session would not hear that its client is gone.
    connection.socket.once('end', () => connection.socket.destroy())
    this.#server.emit('connection', connection.socket)
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => {})
    const connection = stream.session && this.#connections.get(stream.session)
    if (!connection || connection.isClosing) return stream.close()
    const exchange = connection.begin()
    const hungUp = new AbortController()
    const hangUp = () => {
      if (exchange.phase === 'answering') hungUp.abort()
    }
    // One that its client ends without a reason is closed when it is answered.
    stream.once('aborted', hangUp)
    stream.once('close', () => {
      hangUp()
      connection.end(exchange)
      this.#onEnd()
    })
    const head = headOf(headers, connection.socket)
    this.#answer(stream, head, connection, { exchange, hungUp }).catch((error: unknown) => {
      this.#logger.error('a bug stopped an HTTP request', { error })
      stream.destroy()
    })
  }

  async #answer(
    stream: ServerHttp2Stream,
    head: HttpHead,
    connection: Connection,
    { exchange, hungUp }: { exchange: Exchange; hungUp: AbortController },
  ): Promise<void> {
    // What is still to come of a request that was refused is thrown away.
    const refuse = (refusal: HttpResponse) => respond(stream.resume(), refusal)
    const verdict = this.#surface.admit(head)
    if ('refusal' in verdict) return refuse(verdict.refusal)
    const { bodyBytesMax } = verdict
    const body = await readBody(stream, bodyBytesMax)
    if (body === 'too long') return refuse(this.#surface.refuse(head, tooLong(bodyBytesMax)))
    if (body === 'gone') return
    connection.move(exchange, 'answering')
    const answer = await verdict.answer(body, hungUp.signal)
    connection.move(exchange, answer.rest ? 'streaming' : 'sending')
    respond(stream, answer)
    if (answer.rest && !stream.destroyed) await sendRest(answer.rest, stream)
  }
}

function respond(stream: ServerHttp2Stream, { status, headers, body, rest }: HttpResponse): void {
  if (stream.destroyed || stream.closed) return
  stream.respond({ ':status': status, ...headers, ...(!rest && { 'content-length': body.length }) })
  if (rest) stream.write(body)
  else stream.end(body)
}

const requestLine = new Set([':method', ':path', ':scheme'])

/** As of HTTP/1, with a host; `:authority` stays beside it, for it may be signed. */
function headOf(headers: IncomingHttpHeaders, socket: Socket): HttpHead {
  const textOf = (name: string) => [headers[name] ?? []].flat().join(',')
  const own = Object.keys(headers)
    .filter((name) => !requestLine.has(name))
    .map((name): [string, string] => [name, textOf(name)])
  if (headers.host === undefined) own.push(['host', textOf(':authority')])
  return { method: textOf(':method'), target: textOf(':path'), headers: own, ...peerOf(socket) }
}
