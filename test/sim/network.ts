import type { Accept, Listener, ListenOptions, Network, Random, SocketHandler } from '@sluice/effects'
import type { Life } from './life.ts'
import { Link } from './link.ts'
import type { Scheduler } from './scheduler.ts'
import { SimSocket } from './socket.ts'
import { systemError } from './system-error.ts'

/** How long a connection is tried for that nobody answers. */
const connectMsMax = 2_000

interface Listening {
  readonly life: Life
  readonly accept: Accept
}

/** One machine on the network, as a process on it has it. */
export interface Station {
  readonly host: string
  readonly life: Life
}

/**
 * A network between named hosts: every direction between two of them is a link that may be slow or cut. Inside a
 * connection bytes stay in order; what is lost, is lost with the connection.
 */
export class SimNetwork {
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #listeners = new Map<string, Listening>()
  readonly #links = new Map<string, Link>()
  readonly #sockets = new Set<SimSocket>()
  #nextPort = 20_000
  /** Of how many writes one costs the connection; 0: none. */
  oneInLost = 0

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler
    this.#random = random
  }

  /** What a process on `host` has of the network. */
  at(station: Station): Network {
    return {
      listen: (options, accept) => this.#listen(station, options, accept),
      connect: (options, handlerOf) => this.#connect(station, options, handlerOf),
    }
  }

  link(from: string, to: string): Link {
    const key = `${from}>${to}`
    let link = this.#links.get(key)
    if (!link) {
      link = new Link(this.#scheduler, this.#random)
      this.#links.set(key, link)
    }
    return link
  }

  /** Of links between all hosts that have ever spoken. */
  mendAll(): void {
    this.oneInLost = 0
    for (const link of this.#links.values()) link.mend()
  }

  /**
   * The process at the station is no more. Its peers hear of it at once where its system still runs, and later, when
   * their own gives up, where the power is gone.
   */
  end(station: Station, { silently }: { silently: boolean }): void {
    for (const [key, { life }] of this.#listeners) if (life === station.life) this.#listeners.delete(key)
    for (const socket of this.#sockets) {
      if (socket.station.life !== station.life) continue
      this.#sockets.delete(socket)
      socket.vanish(silently ? 500 + this.#random.int(4_000) : 0)
    }
  }

  /** Whether this write costs the connection. */
  losesWrite(): boolean {
    return this.oneInLost > 0 && this.#random.int(this.oneInLost) === 0
  }

  /** Where to cut what is sent in two, so that frames come in pieces; `length` where not. */
  cutOf(length: number): number {
    return length > 1 && this.#random.int(16) === 0 ? 1 + this.#random.int(length - 1) : length
  }

  forget(socket: SimSocket): void {
    this.#sockets.delete(socket)
  }

  async #listen({ host, life }: Station, options: ListenOptions, accept: Accept): Promise<Listener> {
    if (life.isOver) throw systemError('EADDRNOTAVAIL')
    const key = `${host}:${options.port}`
    if (this.#listeners.has(key)) throw systemError('EADDRINUSE')
    const listening = { life, accept }
    this.#listeners.set(key, listening)
    const close = async () => {
      if (this.#listeners.get(key) === listening) this.#listeners.delete(key)
    }
    return { host: options.host, port: options.port, close, renew() {} }
  }

  #connect(
    station: Station,
    { host, port }: { host: string; port: number },
    handlerOf: (socket: SimSocket) => SocketHandler,
  ): Promise<SimSocket> {
    const there = this.link(station.host, host)
    const back = this.link(host, station.host)
    return new Promise((resolve, reject) => {
      let isOpen = true
      /** What happens first decides. */
      const ends = (work: () => void) =>
        station.life.enter(() => {
          if (isOpen) work()
          isOpen = false
        })
      this.#scheduler.after(connectMsMax, () => ends(() => reject(systemError('ETIMEDOUT'))))
      there.send(() => {
        const listening = this.#listeners.get(`${host}:${port}`)
        if (!listening) {
          back.send(() => ends(() => reject(systemError('ECONNREFUSED'))))
          return
        }
        if (!isOpen || station.life.isOver) return
        const near = this.#socket(station, host, port, there)
        const far = this.#socket({ host, life: listening.life }, station.host, near.localPort, back, port)
        near.meets(far)
        far.meets(near)
        listening.life.enter(() => far.handledBy(listening.accept(far)))
        back.send(() => {
          if (!isOpen || station.life.isOver) return near.destroy()
          ends(() => {
            near.handledBy(handlerOf(near))
            resolve(near)
          })
        })
      })
    })
  }

  #socket(station: Station, remoteHost: string, remotePort: number, out: Link, localPort = this.#nextPort++) {
    const socket = new SimSocket({
      network: this,
      scheduler: this.#scheduler,
      station,
      localPort,
      remoteHost,
      remotePort,
      out,
    })
    this.#sockets.add(socket)
    return socket
  }
}
