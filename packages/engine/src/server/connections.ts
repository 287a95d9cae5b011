import type { Clock, Timer } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { Connection } from './connection.ts'

/** Of the files that the process may have open so many are a broker's connections at most: a cluster has several. */
const shareOfOpenFiles = 1 / 6
/** Connections are looked at again after this time at the latest: connections.max.idle.ms may have changed. */
const idleCheckMsMax = 30_000
/** An overdue one that is not idle now is looked at again after this time. */
const busyCheckMs = 1_000
/** So many may end together. */
const idleCheckMsMin = 10

/** The connections of one broker: how many there may be, and how long they may be idle. */
export class Connections {
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #openFilesMax: number
  readonly #all = new Set<Connection>()
  #idleCheck: Timer | null = null

  constructor(options: { clock: Clock; config: BrokerConfig; openFilesMax: number }) {
    this.#clock = options.clock
    this.#config = options.config
    this.#openFilesMax = options.openFilesMax
  }

  has(connection: Connection): boolean {
    return this.#all.has(connection)
  }

  /** False: there are too many. */
  admit(connection: Connection): boolean {
    if (this.#isFullFor(connection.socket.remoteAddress)) return false
    this.#all.add(connection)
    return true
  }

  delete(connection: Connection): void {
    this.#all.delete(connection)
  }

  all(): Connection[] {
    return [...this.#all]
  }

  /** From now on idle ones are closed, when their time is over. */
  watchIdle(): void {
    this.#idleCheck = this.#clock.schedule(this.#closeIdle(), () => this.watchIdle())
  }

  stopWatching(): void {
    this.#idleCheck?.cancel()
  }

  #isFullFor(remoteAddress: string): boolean {
    const max = Math.min(
      this.#config.int('max.connections'),
      Math.floor(this.#openFilesMax * shareOfOpenFiles),
    )
    if (this.#all.size >= max) return true
    const perAddressMax = this.#config.int('max.connections.per.ip')
    if (this.#all.size < perAddressMax) return false
    let same = 0
    for (const { socket } of this.#all) if (socket.remoteAddress === remoteAddress) same++
    return same >= perAddressMax
  }

  /** Returns how long nobody's time will be over. */
  #closeIdle(): number {
    const idleMs = this.#config.long('connections.max.idle.ms')
    if (idleMs < 0) return idleCheckMsMax
    const nowMs = this.#clock.now()
    // Who comes after this look cannot be overdue earlier.
    let nextMs = Math.min(idleMs, idleCheckMsMax)
    for (const connection of this.all()) {
      const leftMs = connection.lastActiveAtMs + idleMs - nowMs
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs)
      else if (connection.idle) connection.destroy('idle for too long')
      else nextMs = Math.min(nextMs, busyCheckMs)
    }
    return Math.max(nextMs, idleCheckMsMin)
  }
}
