import type { Clock, Timer } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { AddressQuota } from '../quotas/address-quota.ts'
import type { ClusterQuotas } from '../quotas/cluster-quotas.ts'
import { TokenBucket } from '../quotas/token-bucket.ts'
import type { Connection } from './connection.ts'
import { ConnectionLimits } from './connection-limits.ts'
import type { ListenerOptions } from './listeners.ts'
import type { RefusalLog } from './refusal-log.ts'

/** Connections are looked at again after this time at the latest: connections.max.idle.ms may have changed. */
const idleCheckMsMax = 30_000
/** An overdue one that is not idle now is looked at again after this time. */
const busyCheckMs = 1_000
/** So many may end together. */
const idleCheckMsMin = 10
/** Whoever has not logged in by then will not. Apache Kafka leaves them until connections.max.idle.ms. */
const loginMsMax = 30_000
/** Where there is no room, a stranger of that age makes some: long enough for any login. */
const strangerMsMin = 1_000

/** The connections of one listener. */
class ListenerConnections {
  /** How many are admitted. */
  count = 0
  /** Those of them that have not logged in, or asked for anything, by when they were admitted; the oldest first. */
  readonly strangers = new Map<Connection, number>()
  /** Those that wait to be admitted; the first to come first. */
  readonly line = new Set<Connection>()
  readonly rate: TokenBucket
  readonly options: ListenerOptions

  constructor(options: ListenerOptions, rate: TokenBucket) {
    this.options = options
    this.rate = rate
  }
}

export interface ConnectionFigures {
  readonly created: number
  readonly closed: number
  readonly byListener: Readonly<Record<string, number>>
}

/**
 * The connections of one broker: how many there may be, how fast they may come, how long they may be idle.
 *
 * 1. An address has max.connections.per.ip at most: what comes beyond that is closed, and so is, after a while, what comes
 *    faster than the quota of its address (KIP-612).
 * 2. Who comes too fast (KIP-612) or finds all places taken (KIP-402) waits, unread, as in the backlog of an Apache
 *    Kafka listener, which takes no more meanwhile; beyond so many who wait, newcomers are closed. So they are at once where
 *    a cluster has limits of its own, of which this broker has its share.
 * 3. Those whom nobody knows yet never shut others out: a listener has a bounded share of them, beyond which the oldest
 *    goes, and where all places are taken one that has been silent for a second makes room.
 * 4. The listener by which brokers reach each other is not bound by what holds for all listeners together: there, whoever
 *    has been idle for longest elsewhere makes room.
 */
export class Connections {
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #refusals: RefusalLog
  readonly #limits: ConnectionLimits
  /** Null where there are none. */
  readonly #quota: AddressQuota | null
  readonly #rate: TokenBucket
  readonly #all = new Set<Connection>()
  /** By name. */
  readonly #listeners = new Map<string, ListenerConnections>()
  /** Also of those that wait. */
  readonly #perAddress = new Map<string, number>()
  /** Those of addresses that are over their quota, until they are closed: nobody comes again before. */
  readonly #turnedAway = new Set<Connection>()
  /** Since the node started. */
  #created = 0
  #closed = 0
  #isOpen = false
  #isStopped = false
  #isMakingRoom = false
  #idleCheck: Timer | null = null
  /** When the first of a line may be admitted. */
  #lineCheck: Timer | null = null

  constructor(options: {
    clock: Clock
    config: BrokerConfig
    openFilesMax: number
    refusals: RefusalLog
    quota: AddressQuota | null
    cluster: ClusterQuotas | null
  }) {
    this.#clock = options.clock
    this.#config = options.config
    this.#refusals = options.refusals
    this.#quota = options.quota
    this.#limits = new ConnectionLimits(options)
    this.#rate = new TokenBucket(this.#limits.rateWindowSeconds)
  }

  all(): Connection[] {
    const waiting = [...this.#listeners.values()].flatMap(({ line }) => [...line])
    return [...this.#all, ...waiting, ...this.#turnedAway]
  }

  /** Those of now by listener, and all that have come and gone. */
  figures(): ConnectionFigures {
    const byListener = [...this.#listeners].map(([name, { count }]) => [name, count] as const)
    return { created: this.#created, closed: this.#closed, byListener: Object.fromEntries(byListener) }
  }

  /** They are told before any connection comes. */
  listen(listeners: readonly ListenerOptions[]): void {
    for (const one of listeners)
      this.#listeners.set(
        one.name,
        new ListenerConnections(one, new TokenBucket(this.#limits.rateWindowSeconds)),
      )
  }

  /** Whoever came before waits no longer. From now on idle ones are closed, when their time is over. */
  open(): void {
    this.#isOpen = true
    const nowMs = this.#clock.now()
    for (const { strangers } of this.#listeners.values())
      for (const connection of strangers.keys()) strangers.set(connection, nowMs)
    for (const connection of this.#all) connection.begin(nowMs)
    this.#watchIdle()
  }

  /** Nor is anybody admitted any more. */
  stopWatching(): void {
    this.#isStopped = true
    this.#idleCheck?.cancel()
    this.#lineCheck?.cancel()
  }

  /** A new one; false: it is to be closed. */
  arrive(connection: Connection): boolean {
    const { remoteAddress } = connection.socket
    const heldMs = this.#quota?.isSet ? this.#quota.arrive(remoteAddress) : 0
    if (heldMs > 0) return this.#turnAway(connection, heldMs)
    const listener = this.#listenerOf(connection)
    const fromThere = this.#perAddress.get(remoteAddress) ?? 0
    const most = this.#limits.perAddress(remoteAddress)
    if (fromThere >= most) return this.#refuse(connection, `its address has ${most} connections already`)
    const waitMs = listener.line.size > 0 ? Number.POSITIVE_INFINITY : this.#waitMs(listener)
    if (waitMs > 0 && this.#limits.turnsAway(listener.options.name))
      return this.#refuse(
        connection,
        'the cluster has as many connections as it can have, or new ones too fast',
      )
    if (waitMs > 0 && listener.line.size >= this.#limits.backlog)
      return this.#refuse(connection, `${listener.line.size} others wait for a place`)
    this.#perAddress.set(remoteAddress, fromThere + 1)
    if (waitMs === 0) {
      this.#admit(listener, connection)
      return true
    }
    connection.socket.pause()
    listener.line.add(connection)
    if (listener.line.size === 1) this.#wait(waitMs)
    return true
  }

  #turnAway(connection: Connection, heldMs: number): boolean {
    if (this.#turnedAway.size >= this.#limits.backlog)
      return this.#refuse(connection, 'its address makes too many connections')
    connection.socket.pause()
    this.#turnedAway.add(connection)
    this.#clock.schedule(heldMs, () => {
      const message = 'a connection is closed'
      if (this.#turnedAway.has(connection))
        this.#destroy(connection, message, 'its address is over its quota')
    })
    return true
  }

  /** It has logged in, or where nobody has to, asked for something. */
  known(connection: Connection): void {
    this.#listenerOf(connection).strangers.delete(connection)
  }

  delete(connection: Connection): void {
    if (this.#turnedAway.delete(connection)) return
    const listener = this.#listenerOf(connection)
    const wasAdmitted = this.#all.delete(connection)
    if (!wasAdmitted && !listener.line.delete(connection)) return
    const { remoteAddress } = connection.socket
    const left = (this.#perAddress.get(remoteAddress) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(remoteAddress)
    else this.#perAddress.set(remoteAddress, left)
    if (!wasAdmitted) return
    this.#closed++
    listener.count--
    listener.strangers.delete(connection)
    if (!this.#isMakingRoom) this.#admitWaiting()
  }

  #listenerOf({ session }: Connection): ListenerConnections {
    return this.#listeners.get(session.listener.name) as ListenerConnections
  }

  #refuse({ socket, session }: Connection, reason: string): false {
    this.#refusals.tell('a connection is refused', socket.remoteAddress, reason, {
      listener: session.listener.name,
    })
    return false
  }

  #admit(listener: ListenerConnections, connection: Connection): void {
    const nowMs = this.#clock.now()
    const { name } = listener.options
    listener.rate.take(1, this.#limits.ratePerListener(name), nowMs)
    this.#rate.take(1, this.#limits.rate, nowMs)
    this.#all.add(connection)
    this.#created++
    listener.count++
    listener.strangers.set(connection, nowMs)
    if (listener.strangers.size > this.#limits.strangers) this.#closeOldestStranger(listener)
    if (this.#all.size > this.#limits.all) this.#closeLeastRecentlyUsed(listener)
    if (this.#isOpen) connection.begin(nowMs)
    else connection.socket.pause()
  }

  /** How long its next connection has to wait, ms; infinite where another one has to end before. */
  #waitMs(listener: ListenerConnections): number {
    const nowMs = this.#clock.now()
    const { name } = listener.options
    const isProtected = this.#isProtected(listener)
    const ratesMs = [
      listener.rate.waitMs(1, this.#limits.ratePerListener(name), nowMs),
      isProtected ? 0 : this.#rate.waitMs(1, this.#limits.rate, nowMs),
    ]
    const throttledMs = Math.max(...ratesMs)
    if (throttledMs > 0) return throttledMs
    if (listener.count >= this.#limits.perListener(name)) return this.#makeRoom([listener], nowMs)
    if (isProtected || this.#all.size < this.#limits.all) return 0
    return this.#makeRoom([...this.#listeners.values()], nowMs)
  }

  #isProtected({ options }: ListenerConnections): boolean {
    return this.#listeners.size > 1 && options.name === this.#config.value('inter.broker.listener.name')
  }

  /** Closes a stranger of one of these, of the one that has most of them. Returns how long that has to wait, ms. */
  #makeRoom(listeners: readonly ListenerConnections[], nowMs: number): number {
    const [most] = listeners.toSorted((a, b) => b.strangers.size - a.strangers.size)
    const [oldest] = most?.strangers.values() ?? []
    if (!most || oldest === undefined) return Number.POSITIVE_INFINITY
    const leftMs = oldest + strangerMsMin - nowMs
    if (leftMs > 0) return leftMs
    this.#closeOldestStranger(most)
    return 0
  }

  #closeOldestStranger({ strangers }: ListenerConnections): void {
    for (const connection of strangers.keys()) {
      this.#makeWay(connection, 'too many have not logged in yet')
      return
    }
  }

  /** As the selectors of Apache Kafka's other listeners do where brokers need a place. */
  #closeLeastRecentlyUsed(spared: ListenerConnections): void {
    let least: Connection | null = null
    for (const connection of this.#all)
      if (
        this.#listenerOf(connection) !== spared &&
        connection.lastActiveAtMs < (least?.lastActiveAtMs ?? Infinity)
      )
        least = connection
    if (least) this.#makeWay(least, 'brokers need a place')
  }

  /** For whoever is about to come: nobody who waits gets its place. */
  #makeWay(connection: Connection, reason: string): void {
    this.#isMakingRoom = true
    this.#destroy(connection, 'a connection makes room for others', reason)
    this.#isMakingRoom = false
  }

  #destroy(connection: Connection, message: string, reason: string): void {
    const { socket, session } = connection
    this.#refusals.tell(message, socket.remoteAddress, reason, { listener: session.listener.name })
    connection.destroy(reason)
  }

  /** One of each line in turn, while there are places. */
  #admitWaiting(): void {
    if (this.#isStopped) return
    let nextMs = Number.POSITIVE_INFINITY
    const waiting = new Set([...this.#listeners.values()].filter(({ line }) => line.size > 0))
    for (const listener of waiting) {
      const [first] = listener.line
      if (!first) continue
      const waitMs = this.#waitMs(listener)
      if (waitMs > 0) {
        nextMs = Math.min(nextMs, waitMs)
        continue
      }
      listener.line.delete(first)
      this.#admit(listener, first)
      // Its turn comes again after the others'.
      waiting.delete(listener)
      waiting.add(listener)
    }
    this.#wait(nextMs)
  }

  #wait(ms: number): void {
    this.#lineCheck?.cancel()
    this.#lineCheck = Number.isFinite(ms) ? this.#clock.schedule(ms, () => this.#admitWaiting()) : null
  }

  #watchIdle(): void {
    const nextMs = Math.min(this.#closeIdle(), this.#closeWithoutLogin())
    this.#idleCheck = this.#clock.schedule(Math.max(nextMs, idleCheckMsMin), () => this.#watchIdle())
  }

  /** Returns how long nobody's time will be over. */
  #closeIdle(): number {
    const idleMs = this.#config.long('connections.max.idle.ms')
    if (idleMs < 0) return idleCheckMsMax
    const nowMs = this.#clock.now()
    // Who comes after this look cannot be overdue earlier.
    let nextMs = Math.min(idleMs, idleCheckMsMax)
    for (const connection of [...this.#all]) {
      const leftMs = connection.lastActiveAtMs + idleMs - nowMs
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs)
      else if (connection.waitsForClient) connection.destroy('idle for too long')
      else nextMs = Math.min(nextMs, busyCheckMs)
    }
    return nextMs
  }

  /** The same of those that have to log in. */
  #closeWithoutLogin(): number {
    const nowMs = this.#clock.now()
    let nextMs = loginMsMax
    for (const { options, strangers } of this.#listeners.values()) {
      if (!options.protocol.startsWith('SASL_')) continue
      for (const [connection, admittedAtMs] of strangers) {
        const leftMs = admittedAtMs + loginMsMax - nowMs
        if (leftMs > 0) {
          nextMs = Math.min(nextMs, leftMs)
          break
        }
        this.#destroy(connection, 'a connection is closed', `it has not logged in within ${loginMsMax} ms`)
      }
    }
    return nextMs
  }
}
