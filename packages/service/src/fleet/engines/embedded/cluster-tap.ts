import type { Clock, Random, Timer } from '@sluice/effects'
import { Tap, type TapFilter, type TappedExchange } from '@sluice/engine'
import { apiByKey } from '@sluice/wire'
import { OperatingError } from '../../operating-error.ts'

/** What whoever listens asks, again and again: the first time without a session. */
export interface TapRequest {
  readonly session?: string
  readonly api?: string
  readonly clientId?: string
}

/** What has come since the last time. */
export interface TapAnswer {
  readonly session: string
  readonly exchanges: readonly TappedExchange[]
  /** How many more have come than were kept. */
  readonly missed: number
}

interface Session {
  readonly stop: () => void
  exchanges: TappedExchange[]
  bytes: number
  missed: number
  timer: Timer
}

const exchangesMax = 5_000
/** Of requests and answers as they came, a session. */
const bytesMax = 16_777_216
const sessionsMax = 16
/** Who has not asked for so long is gone. */
const idleMsMax = 10_000

/** Listening to clients of brokers that live in this process, by those who come over HTTP. */
export class ClusterTap {
  readonly tap = new Tap((listener) => listener.startsWith('CLIENT'))
  readonly #clock: Clock
  readonly #random: Random
  readonly #sessions = new Map<string, Session>()

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  ask({ session, ...filter }: TapRequest): TapAnswer {
    const id = session ?? this.#begin(filter)
    const found = this.#sessions.get(id)
    if (!found)
      throw new OperatingError('Nobody listens by that session.', {
        code: 'TAP',
        why: `It is over when it has not been asked for ${idleMsMax / 1000} seconds.`,
        next: 'Begin another one.',
      })
    const { exchanges, missed } = found
    Object.assign(found, { exchanges: [], bytes: 0, missed: 0 })
    found.timer.cancel()
    found.timer = this.#clock.schedule(idleMsMax, () => this.end(id))
    return { session: id, exchanges, missed }
  }

  end(id: string): void {
    const session = this.#sessions.get(id)
    session?.timer.cancel()
    session?.stop()
    this.#sessions.delete(id)
  }

  endAll(): void {
    for (const id of this.#sessions.keys()) this.end(id)
  }

  #begin({ api, clientId }: TapFilter): string {
    if (api !== undefined && ![...apiByKey.values()].some(({ name }) => name === api))
      throw new OperatingError(`Kafka has no API "${api}".`, {
        code: 'TAP',
        why: 'Nothing of it would ever be heard.',
        next: 'Name one as Kafka does: Produce, Fetch, JoinGroup, …',
      })
    if (this.#sessions.size >= sessionsMax)
      throw new OperatingError('Too many listen.', {
        code: 'TAP',
        why: `${sessionsMax} may at once.`,
        next: 'End one of them.',
      })
    const id = this.#random.uuid()
    const filter = { ...(api !== undefined && { api }), ...(clientId !== undefined && { clientId }) }
    const stop = this.tap.listen(filter, (exchange) => this.#hear(id, exchange))
    const timer = this.#clock.schedule(idleMsMax, () => this.end(id))
    this.#sessions.set(id, { stop, exchanges: [], bytes: 0, missed: 0, timer })
    return id
  }

  #hear(id: string, exchange: TappedExchange): void {
    const session = this.#sessions.get(id)
    if (!session) return
    const bytes = exchange.requestBytes + (exchange.responseBytes ?? 0)
    if (session.exchanges.length >= exchangesMax || session.bytes + bytes > bytesMax) session.missed++
    else {
      session.exchanges.push(exchange)
      session.bytes += bytes
    }
  }
}
