import type { Socket } from 'node:net'
import type { Clock, Timer } from '@sluice/effects'

/**
 * How long each phase of a connection may last, and its rank: when a new connection finds all places taken, the
 * lowest rank gives way, the longest in it first. So nobody who only sits there keeps anyone out.
 */
const phases = {
  /** Refused. What the client still sends is thrown away, for it to find the answer and no reset. */
  closing: { rank: 0, msMax: 2_000 },
  /** Nothing has been served yet, and no request head is there. */
  opening: { rank: 1, msMax: 10_000 },
  idle: { rank: 2, msMax: 60_000 },
  /** A request was admitted; its body is under way. */
  receiving: { rank: 3, msMax: 30_000 },
  /** The answer is there, and its client has not taken it. */
  sending: { rank: 4, msMax: 30_000 },
  /** Its answer goes on and on. */
  streaming: { rank: 5, msMax: Number.POSITIVE_INFINITY },
  /** This is up to us, not to the client. */
  answering: { rank: Number.POSITIVE_INFINITY, msMax: Number.POSITIVE_INFINITY },
}

export const idleMsMax = phases.idle.msMax
const connectionsMax = 1_000
const sweepMs = 500

type Phase = keyof typeof phases

/** One request on a connection; pipelining may bring several at once. */
export interface Exchange {
  phase: 'receiving' | 'answering' | 'sending' | 'streaming'
}

export class Connection {
  /** What is decrypted, where it is encrypted. */
  socket: Socket
  /** Whoever speaks HTTP/2, or shakes hands, is not told why the connection ends. */
  endsSilently = false
  /** Of the requests that were begun and not ended. */
  readonly #exchanges = new Set<Exchange>()
  readonly #clock: Clock
  #sinceMs: number
  #hasServed = false
  #isClosing = false

  constructor(socket: Socket, clock: Clock) {
    this.socket = socket
    this.#clock = clock
    this.#sinceMs = clock.monotonic()
  }

  get phase(): Phase {
    const under = [...this.#exchanges].map(({ phase }) => phase)
    if (under.includes('answering')) return 'answering'
    if (this.#isClosing) return 'closing'
    if (under.includes('sending')) return 'sending'
    return under[0] ?? (this.#hasServed ? 'idle' : 'opening')
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** The last change of phase. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  get isOverdue(): boolean {
    return this.#clock.monotonic() - this.#sinceMs > phases[this.phase].msMax
  }

  begin(): Exchange {
    const exchange: Exchange = { phase: 'receiving' }
    this.#exchanges.add(exchange)
    this.#changed()
    return exchange
  }

  move(exchange: Exchange, phase: Exchange['phase']): void {
    exchange.phase = phase
    this.#changed()
  }

  end(exchange: Exchange): void {
    this.#exchanges.delete(exchange)
    this.#hasServed = true
    this.#changed()
  }

  /** Nothing more is served; the connection ends when the client closes it or its time is up. */
  beginClosing(): void {
    this.#isClosing = true
    this.#changed()
  }

  #changed(): void {
    this.#sinceMs = this.#clock.monotonic()
  }
}

/** The places that a port has, and who sits on them. */
export class Connections {
  readonly #clock: Clock
  readonly #expire: (connection: Connection) => void
  readonly #bySocket = new Map<Socket, Connection>()
  #sweeper: Timer | undefined

  /** `expire` is told whose time is up in a phase other than `closing`. */
  constructor(clock: Clock, expire: (connection: Connection) => void) {
    this.#clock = clock
    this.#expire = expire
  }

  /** Gives a new connection its place, if need be another's; without one it ends. */
  add(socket: Socket): Connection | undefined {
    if (this.#bySocket.size >= connectionsMax) {
      const leaving = this.#lowest()
      if (leaving === undefined) {
        socket.destroy()
        return undefined
      }
      this.#remove(leaving)
    }
    const connection = new Connection(socket, this.#clock)
    this.#bySocket.set(socket, connection)
    socket.once('close', () => this.#bySocket.delete(socket))
    this.#sweeper ??= this.#clock.schedule(sweepMs, () => this.#sweep())
    return connection
  }

  /** Its requests come by another socket from now on, which stands on the one before. */
  moved(connection: Connection, socket: Socket): void {
    this.#bySocket.delete(connection.socket)
    connection.socket = socket
    this.#bySocket.set(socket, connection)
    socket.once('close', () => this.#bySocket.delete(socket))
  }

  of(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket)
  }

  /** Only what is being answered, or takes its answer, stays. */
  drain(): void {
    for (const connection of this.#bySocket.values())
      if (connection.phase !== 'answering' && connection.phase !== 'sending') this.#remove(connection)
  }

  close(): void {
    this.#sweeper?.cancel()
    for (const connection of this.#bySocket.values()) this.#remove(connection)
  }

  #sweep(): void {
    for (const connection of this.#bySocket.values()) {
      if (!connection.isOverdue) continue
      if (connection.phase === 'closing') this.#remove(connection)
      else this.#expire(connection)
    }
    this.#sweeper = this.#bySocket.size > 0 ? this.#clock.schedule(sweepMs, () => this.#sweep()) : undefined
  }

  #lowest(): Connection | undefined {
    let lowest: Connection | undefined
    for (const connection of this.#bySocket.values()) {
      const { rank } = phases[connection.phase]
      if (rank === Number.POSITIVE_INFINITY) continue
      const than = lowest && phases[lowest.phase].rank
      if (!lowest || than === undefined || rank < than) lowest = connection
      else if (rank === than && connection.sinceMs < lowest.sinceMs) lowest = connection
    }
    return lowest
  }

  #remove({ socket }: Connection): void {
    this.#bySocket.delete(socket)
    socket.destroy()
  }
}
