import {
  type Clock,
  type Guard,
  isSystemError,
  type Logger,
  type Socket,
  type SocketHandler,
} from '@sluice/effects'
import { bytesInFlight } from './bytes-in-flight.ts'
import type { ConnectionSession } from './connection-session.ts'
import type { EndOfRead } from './end-of-read.ts'
import { Mute } from './mute.ts'
import { ReceivedBytes } from './received-bytes.ts'
import { Reply } from './reply.ts'
import { ReplyQueue } from './reply-queue.ts'
import { returnChunks } from './response-stream.ts'

/** Full reads in a row after which the other connections get their turn (1 MB). */
const fullReadsPerTurnMax = 4
/** Pipelined requests of one connection that may wait for their answers at once. */
const pipelinedInFlightMax = 10_000
/** And so many bytes, or one of any size: batches that wait for their turn are kept. Clients send five times 1 MB. */
const pipelinedBytesMax = 33_554_432
/** Queued response bytes above which no further request of this connection is read. */
const queuedResponseBytesMax = 1_048_576
/** Less than this a connection may hold without being asked for it. */
const accountedBytesMin = 65_536

/** What a connection needs of its broker. */
export interface RequestHandling {
  /** Largest request frame, bytes (socket.request.max.bytes). */
  readonly requestBytesMax: number
  /** The same of a client that has not logged in where it has to (sasl.server.max.receive.size). */
  readonly loginBytesMax: number
  /** May requests of this API follow each other before they are answered? */
  pipelines(apiKey: number): boolean
  /**
   * Handles the request in `frame` from `start` to `end` (no size prefix). The bytes are dead when the read has
   * been handled. The reply is filled at once or later, with nothing for a request that has no response.
   * Returns false when the connection must close: the request is unreadable or not served.
   */
  handle(frame: Buffer, start: number, end: number, connection: Connection, reply: Reply): boolean
  /** Makes every append that was staged in this read durable in the page cache, and answers the waiters. */
  commitStaged(): void
  readonly endOfRead: EndOfRead
  /** Guarded. */
  readonly clock: Clock
  /** A read has come: reads the clock once for all that it brings. Wall-clock time, ms. */
  readStarts(): number
  /** Through it everything that the network calls enters the broker. */
  readonly guard: Guard
  /** It has logged in, or where nobody has to, asked for something. */
  known(connection: Connection): void
  closed(connection: Connection, failure?: Error): void
}

/**
 * One client connection: frames in, responses out in request order.
 *
 * 1. Whole frames are handled where a read has put them; what it leaves unfinished waits for the next one.
 * 2. Requests run one at a time, as on Apache Kafka, but for those of a pipelined API (Produce, OffsetCommit): such
 *    requests that follow each other are decided in their order, and staged together and committed with one write a
 *    partition, at the end of the read or before any other request.
 * 3. Responses leave in order. While one waits to be sent to a slow reader, nothing further is read; nor is it while the
 *    client is over one of its quotas (KIP-219).
 */
export class Connection implements SocketHandler {
  readonly id: string
  readonly session: ConnectionSession
  readonly socket: Socket
  /**
   * Wall-clock time of the last whole request or of when its client last took what it had asked for, ms; for
   * connections.max.idle.ms: bytes that trickle in keep nothing open.
   */
  lastActiveAtMs: number
  readonly #handling: RequestHandling
  readonly #logger: Logger
  readonly #closeListeners = new Set<() => void>()
  readonly #received = new ReceivedBytes()
  readonly #replies: ReplyQueue
  #unanswered = 0
  #unansweredBytes = 0
  /** Of what API the unanswered requests are, which others of it may follow; null where the next one waits for them. */
  #followedBy: number | null = null
  #paused = false
  #handlingRead = false
  #readAtMs = 0
  #fullReads = 0
  #closed = false
  #closing = false
  #isStranger = true
  #resumeScheduled = false
  /** Made when its client is over a quota for the first time. */
  #muted: Mute | null = null
  #cameBytes = 0
  /** Of a large request that waits for its answer. */
  #requestBytes = 0
  #isAccounted = false
  /** One closure for all reads. */
  readonly #handleRead = () => this.#read(this.#cameBytes)
  /** Replies are filled that leave together at the end of the read, whichever connection's it is. */
  #willSend = false
  readonly #sendFilled = () => {
    this.#willSend = false
    this.#flush()
    this.#continueSoon()
  }
  readonly #replyFilled = ({ requestBytes }: Reply) => {
    this.#unanswered--
    this.#unansweredBytes -= requestBytes
    if (this.#isStranger) this.#meet()
    if (this.#handlingRead || this.#willSend) return
    this.#willSend = true
    this.#handling.endOfRead.run(this.#sendFilled)
  }

  constructor(options: {
    id: string
    session: ConnectionSession
    socket: Socket
    handling: RequestHandling
    logger: Logger
    nowMs: number
  }) {
    this.id = options.id
    this.session = options.session
    this.socket = options.socket
    this.#handling = options.handling
    this.#replies = new ReplyQueue(options.socket, () => this.#sendMore())
    this.#logger = options.logger
    this.lastActiveAtMs = options.nowMs
  }

  get closed(): boolean {
    return this.#closed
  }

  /** No request is being handled: it is the client's turn, to ask or to read. */
  get waitsForClient(): boolean {
    return this.#unanswered === 0 && !this.#muted?.isOn
  }

  /** It is admitted: from now on it is read. */
  begin(nowMs: number): void {
    this.lastActiveAtMs = nowMs
    this.socket.resume()
  }

  /** Nothing further of it is read for so long; what it has asked for is answered. */
  mute(ms: number): void {
    if (this.#closed) return
    this.#muted ??= new Mute(this.#handling.clock, () => this.#continueSoon())
    this.#muted.lasts(ms)
    if (!this.#handlingRead) this.#pause()
  }

  /** A large request, whose bytes are kept until it is answered. */
  keepsRequest(bytes: number): void {
    this.#requestBytes = bytes
    this.#account()
  }

  /** What is to be decided first is not yet: nothing of it is to overtake that. */
  lagsBehind(): void {
    this.#followedBy = null
  }

  onCloseOnce(fn: () => void): () => void {
    this.#closeListeners.add(fn)
    return () => this.#closeListeners.delete(fn)
  }

  receiveBuffer(): Uint8Array {
    return this.#received.space()
  }

  onRead(length: number): void {
    this.#cameBytes = length
    this.#handling.guard(this.#handleRead)
  }

  #read(length: number): void {
    const full = this.#received.isFilledBy(length)
    const buffer = this.#received.came(length)
    this.#readAtMs = this.#handling.readStarts()
    this.#fullReads = full ? this.#fullReads + 1 : 0
    this.#handleBuffered(buffer)
    // Only here: as soon as this returns, the network is told of another place to read to.
    this.#received.leave(buffer)
    if (this.#closed) return
    this.#account()
    if (this.#fullReads >= fullReadsPerTurnMax && !this.#paused) {
      // The kernel has more for us; other connections come first.
      this.#fullReads = 0
      this.#pause()
      this.#continueSoon()
    }
  }

  onDrain(): void {
    this.#sendMore()
  }

  /** The socket has room again, or more of what goes to it has been read. */
  #sendMore(): void {
    if (this.#closed) return
    this.#handling.guard(() => {
      this.lastActiveAtMs = this.#handling.readStarts()
      if (this.socket.queuedBytes === 0) returnChunks(this.socket)
      this.#flush()
      this.#account()
      this.#continueSoon()
    })
  }

  onClose(failure?: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#handling.guard(() => this.#letGo(failure))
  }

  #letGo(failure?: Error): void {
    this.#replies.abandon()
    this.#received.drop()
    this.#requestBytes = 0
    this.#muted?.end()
    this.#account()
    this.#handling.closed(this, failure)
    for (const listener of this.#closeListeners) listener()
    this.#closeListeners.clear()
  }

  /** Reads nothing more, answers what was asked before, then closes. */
  close(reason: string): void {
    if (this.#closed || this.#closing) return
    this.#logger.debug('closing connection', { connection: this.id, reason })
    this.#closing = true
    this.#pause()
    if (!this.#handlingRead) this.#flush()
  }

  /** Closes at once; queued responses are lost. */
  destroy(reason: string): void {
    if (this.#closed) return
    this.#logger.debug('closing connection', { connection: this.id, reason })
    this.onClose()
    this.socket.destroy()
  }

  #meet(): void {
    if (!this.session.isKnown) return
    this.#isStranger = false
    this.#handling.known(this)
  }

  /** Handles the whole frames in `buffer`, then puts the rest where the next read continues it. */
  #handleBuffered(buffer: Buffer): void {
    this.#handlingRead = true
    this.#handling.endOfRead.begins()
    let at = 0
    let missing = 0
    const { length } = this.#received
    while (length - at >= 4) {
      const size = buffer.readInt32BE(at)
      const { requestBytesMax, loginBytesMax } = this.#handling
      const { isKnown } = this.session
      const sizeMax = isKnown ? requestBytesMax : loginBytesMax
      if (size < (isKnown ? 8 : 0) || size > sizeMax) {
        this.close(`a request of ${size} bytes; the limit is ${sizeMax}`)
        break
      }
      if (length - at - 4 < size) {
        missing = at + 4 + size - length
        break
      }
      // Before the login it may be bytes of a mechanism, of any number, which name no API.
      const pipelined = isKnown ? this.#pipelinedApiAt(buffer, at) : null
      if (!this.#mayStart(pipelined)) break
      this.#start(buffer, at + 4, at + 4 + size, pipelined)
      at += 4 + size
      if (this.#closed || this.#closing) break
    }
    if (at > 0) this.lastActiveAtMs = this.#readAtMs
    this.#handling.commitStaged()
    this.#handling.endOfRead.ends()
    this.#handlingRead = false
    if (this.#closed) return
    if (this.#closing) {
      this.#received.drop()
      this.#flush()
      return
    }
    this.#received.keepFrom(buffer, at, missing, this.#isStranger)
    this.#flush()
    const frameWaits = missing === 0 && this.#received.length >= 4
    if (frameWaits || this.#blocked()) this.#pause()
    if (frameWaits && this.#canContinue()) this.#continueSoon()
  }

  /** Null where the frame is of an API that is not pipelined. */
  #pipelinedApiAt(buffer: Buffer, at: number): number | null {
    const apiKey = buffer.readInt16BE(at + 4)
    return this.#handling.pipelines(apiKey) ? apiKey : null
  }

  /** May a request start now? */
  #mayStart(pipelined: number | null): boolean {
    if (this.#blocked()) return false
    if (this.#unanswered === 0 || this.#mayFollow(pipelined)) return true
    // Whatever follows pipelined requests sees what they wrote.
    this.#handling.commitStaged()
    return this.#unanswered === 0
  }

  #mayFollow(pipelined: number | null): boolean {
    const isRoom = this.#unanswered < pipelinedInFlightMax && this.#unansweredBytes < pipelinedBytesMax
    return pipelined !== null && pipelined === this.#followedBy && isRoom
  }

  #start(frame: Buffer, start: number, end: number, pipelined: number | null): void {
    if (this.#isStranger) this.#meet()
    const reply = new Reply(this.#replyFilled, end - start)
    this.#replies.add(reply)
    this.#unanswered++
    this.#unansweredBytes += end - start
    this.#followedBy = pipelined
    if (this.#handling.handle(frame, start, end, this, reply)) return
    reply.sendNothing()
    this.close('the request cannot be served')
  }

  /** It has moved: what does it hold now? */
  #account(): void {
    const unfinished = this.#received.kept ? this.#received.length : 0
    const held = unfinished + this.#requestBytes + this.#replies.heldBytes
    const bytes = held >= accountedBytesMin && !this.#closed ? held : 0
    if (bytes === 0 && !this.#isAccounted) return
    this.#isAccounted = bytes > 0
    bytesInFlight.moved(this, bytes)
  }

  #blocked(): boolean {
    if (this.#replies.isHeldUp || this.#muted?.isOn) return true
    return this.socket.queuedBytes > queuedResponseBytesMax
  }

  /** Could a waiting frame, or whatever is read next, start? */
  #canContinue(): boolean {
    if (this.#closed || this.#closing || this.#blocked()) return false
    if (this.#unanswered === 0) return true
    if (this.#followedBy === null) return false
    const { kept, length } = this.#received
    return !kept || length < 6 || this.#mayFollow(this.#pipelinedApiAt(kept, 0))
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.socket.pause()
  }

  /** Takes up waiting frames and reading again, outside of whatever is running now. */
  #continueSoon(): void {
    if (!this.#paused || this.#resumeScheduled || !this.#canContinue()) return
    this.#resumeScheduled = true
    this.#handling.clock.defer(() => {
      this.#resumeScheduled = false
      if (this.#canContinue()) this.#takeUp()
    })
  }

  #takeUp(): void {
    this.#paused = false
    const { kept, length } = this.#received
    if (kept && length >= 4) this.#handleBuffered(kept)
    // Handling may have paused again, for a request that waits.
    if (!this.#paused && !this.#closed) this.socket.resume()
  }

  /** Sends the filled replies at the front. */
  #flush(): void {
    if (this.#closed) return
    try {
      this.#sendReplies()
    } catch (error) {
      if (!isSystemError(error)) throw error
      // Part of the response has gone out, or would promise what the disk refuses: only an end is honest now.
      this.#logger.error('closing connection: records cannot be read', { connection: this.id, error })
      this.destroy('records cannot be read')
    }
  }

  #sendReplies(): void {
    const sent = this.#replies.send()
    if (this.#closed) return
    if (sent === 'held up') this.#account()
    if (sent !== 'all' || !this.#closing) return
    this.onClose()
    this.socket.end()
  }
}
