import type { Clock } from '@sluice/effects'
import { apiByKey, DecodeError, decodeRequestHeader, Reader, type RequestHeader } from '@sluice/wire'
import type { Connection } from './connection.ts'
import type { Reply } from './reply.ts'
import { shownBytesMax, type TappedExchange, tappedExchange } from './tapped-exchange.ts'

/** Which requests are listened to: all, without any of these. */
export interface TapFilter {
  /** Kafka's name: `Produce`. */
  readonly api?: string
  readonly clientId?: string
}

type OnExchange = (exchange: TappedExchange) => void

/** What a node adds to what it hears. */
interface TapPlace {
  readonly nodeId: number
  readonly clock: Clock
  readonly topicNameOf: (topicId: string) => string | undefined
}

/**
 * Where requests of clients and their answers can be listened to while they are served. While nobody listens, a request costs a
 * look at `isOpen`. What is heard is a copy: nothing on the way of a request knows of it.
 */
export class Tap {
  readonly #hears: (listener: string) => boolean
  readonly #listening = new Map<OnExchange, TapFilter>()
  isOpen = false

  /** Of these listeners alone. */
  constructor(hears: (listener: string) => boolean) {
    this.#hears = hears
  }

  /** From now on, until the returned function is called. `onExchange` must not throw. */
  listen(filter: TapFilter, onExchange: OnExchange): () => void {
    this.#listening.set(onExchange, filter)
    this.isOpen = true
    return () => {
      this.#listening.delete(onExchange)
      this.isOpen = this.#listening.size > 0
    }
  }

  at(place: TapPlace): NodeTap {
    return new NodeTap(this, place)
  }

  /** Those who want to hear of it. */
  whoHears(header: RequestHeader, listener: string): OnExchange[] {
    if (!this.#hears(listener)) return []
    const name = apiByKey.get(header.requestApiKey)?.name
    return [...this.#listening]
      .filter(([, { api }]) => api === undefined || api === name)
      .filter(([, { clientId }]) => clientId === undefined || clientId === header.clientId)
      .map(([onExchange]) => onExchange)
  }
}

/** The tap where a node's requests pass. */
export class NodeTap {
  readonly #tap: Tap
  readonly #place: TapPlace

  constructor(tap: Tap, place: TapPlace) {
    this.#tap = tap
    this.#place = place
  }

  get isOpen(): boolean {
    return this.#tap.isOpen
  }

  /** A request has come, which is about to be served; its bytes are good until then. */
  arrives(frame: Buffer, start: number, end: number, { session, id }: Connection, reply: Reply): void {
    if (session.login?.takesBareBytes) return
    const header = headerIn(frame, start, end)
    const hearers = header ? this.#tap.whoHears(header, session.listener.name) : []
    if (!header || hearers.length === 0) return
    const { nodeId, clock, topicNameOf } = this.#place
    const requestBytes = end - start
    const request = requestBytes <= shownBytesMax ? Buffer.from(frame.subarray(start, end)) : null
    const arrived = { atMs: clock.now(), monotonicMs: clock.monotonic() }
    const { remoteAddress, listener, principal } = session
    reply.onceMade((parts) => {
      const exchange = tappedExchange({
        ...{ header, request, requestBytes, parts, topicNameOf },
        ...{ broker: nodeId, listener: listener.name, address: remoteAddress, connection: id, principal },
        atMs: arrived.atMs,
        latencyMs: clock.monotonic() - arrived.monotonicMs,
      })
      for (const hear of hearers) hear(exchange)
    })
  }
}

/** Null where it cannot be read, of which the log tells. */
function headerIn(frame: Buffer, start: number, end: number): RequestHeader | null {
  try {
    return decodeRequestHeader(new Reader(frame, start, end))
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}
