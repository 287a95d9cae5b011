import type { Socket, SocketHandler } from '@sluice/effects'
import type { Link } from './link.ts'
import type { SimNetwork, Station } from './network.ts'
import type { Scheduler } from './scheduler.ts'
import { systemError } from './system-error.ts'

interface SimSocketOptions {
  readonly network: SimNetwork
  readonly scheduler: Scheduler
  readonly station: Station
  readonly localPort: number
  readonly remoteHost: string
  readonly remotePort: number
  readonly out: Link
}

const highWaterBytes = 65_536

/** One end of a connection. What it writes within an event is sent together after it. */
export class SimSocket implements Socket {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly peerSubject = null
  readonly station: Station
  readonly #options: SimSocketOptions
  #peer: SimSocket | null = null
  #handler: SocketHandler | null = null
  /** Written, not sent. */
  #out: Uint8Array[] = []
  #queued = 0
  #flushes = false
  #wantsDrain = false
  /** Has arrived, is not read. */
  readonly #inbox: Uint8Array[] = []
  #peerHasEnded = false
  #isPaused = false
  #isEnded = false
  #isClosed = false
  /** Closed by its owner: what is under way comes to nothing, so that nobody is surprised by it much later. */
  #isTakenBack = false
  /** Asked for early, as Node does. */
  #receiveInto: Uint8Array | null = null

  constructor(options: SimSocketOptions) {
    this.#options = options
    this.station = options.station
    this.localAddress = options.station.host
    this.localPort = options.localPort
    this.remoteAddress = options.remoteHost
    this.remotePort = options.remotePort
  }

  meets(peer: SimSocket): void {
    this.#peer = peer
  }

  handledBy(handler: SocketHandler): void {
    this.#handler = handler
    this.#read()
  }

  write(data: Uint8Array): boolean {
    if (this.#isClosed || this.#isEnded) return true
    this.#out.push(data)
    this.#queued += data.length
    this.#flushSoon()
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
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#options.scheduler.after(0, () => this.station.life.enter(() => this.#read()))
  }

  end(): void {
    this.#isEnded = true
    this.#flushSoon()
  }

  destroy(): void {
    this.#close(undefined)
  }

  /**
   * The process is gone. The other side hears of it, later where nobody is there to say it; what is left of the process
   * comes to its end.
   */
  vanish(laterMs: number): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const { scheduler, out } = this.#options
    const peer = this.#peer
    scheduler.after(laterMs, () => out.send(() => peer?.reset()))
    scheduler.after(0, () => this.#handler?.onClose(systemError('ECONNRESET')))
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#isTakenBack = true
    this.#out = []
    this.#queued = 0
    const { scheduler, network, out } = this.#options
    network.forget(this)
    const peer = this.#peer
    out.send(() => peer?.reset())
    scheduler.after(0, () => this.station.life.enter(() => this.#handler?.onClose(error)))
  }

  /** The other side is gone. */
  reset(): void {
    if (this.#isClosed) return
    this.#close(systemError('ECONNRESET'))
  }

  #enter(work: () => void): void {
    const { life } = this.station
    life.enter(() => {
      if (!life.isOver) work()
    })
  }

  #flushSoon(): void {
    if (this.#flushes) return
    this.#flushes = true
    this.#options.scheduler.after(0, () => {
      this.#flushes = false
      if (!this.#isClosed) this.#flush()
    })
  }

  #flush(): void {
    const { network, out } = this.#options
    const bytes = Buffer.concat(this.#out)
    this.#out = []
    this.#queued = 0
    if (bytes.length > 0 && network.losesWrite()) {
      this.#close(systemError('ECONNRESET'))
      return
    }
    const peer = this.#peer
    const giveUp = () => this.#close(systemError('ETIMEDOUT'))
    const cut = network.cutOf(bytes.length)
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)])
      if (piece.length > 0) out.send(() => !this.#isTakenBack && peer?.arrived(piece), giveUp)
    if (this.#isEnded) out.send(() => peer?.hasEnded())
    if (!this.#wantsDrain) return
    this.#wantsDrain = false
    this.#enter(() => this.#handler?.onDrain())
  }

  arrived(bytes: Uint8Array): void {
    if (this.#isClosed) return
    this.#inbox.push(bytes)
    this.#enter(() => this.#read())
  }

  hasEnded(): void {
    this.#peerHasEnded = true
    this.#enter(() => this.#read())
  }

  #read(): void {
    const handler = this.#handler
    if (!handler) return
    while (this.#inbox.length > 0 && !this.#isPaused && !this.#isClosed) {
      const chunk = this.#inbox.shift() as Uint8Array
      for (let from = 0; from < chunk.length && !this.#isClosed; ) {
        if (this.#isPaused) {
          this.#inbox.unshift(chunk.subarray(from))
          return
        }
        const target = this.#receiveInto ?? handler.receiveBuffer()
        const length = Math.min(target.length, chunk.length - from)
        target.set(chunk.subarray(from, from + length))
        from += length
        handler.onRead(length)
        if (!this.#isClosed) this.#receiveInto = handler.receiveBuffer()
      }
    }
    if (this.#isClosed || this.#inbox.length > 0 || !this.#peerHasEnded) return
    this.#peerHasEnded = false
    if (handler.onEnd && !this.#isEnded) handler.onEnd()
    else this.#close(undefined)
  }
}
