import type { Clock } from '@sluice/effects'
import {
  type ArrivedRequest,
  type FaultRules,
  type Interception,
  type Interceptor,
  placesIn,
} from '@sluice/engine'
import { Metadata } from '@sluice/wire'
import type { RequestFilter, SeenRequest } from './api.ts'
import { checkApi } from './known-api.ts'
import { clientListener } from './nodes.ts'

/** The oldest go. */
const keptMax = 10_000
/** How long a connection that its client has closed takes to be seen as such. */
const closingMsMax = 50
const lookEveryMs = 5

interface Client {
  readonly clientId: string | null
  readonly connection: ArrivedRequest['connection']
}

const askLater: Interception = { kind: 'delay', ms: 20 }

/** Every request of clients passes here on its way: it is noted, and a fault may befall it. */
export class RequestWatch {
  readonly #clock: Clock
  readonly #faults: FaultRules
  #areTopicsAway = false
  #seen: SeenRequest[] = []
  /** By the ids of their connections. */
  readonly #clients = new Map<string, Client>()

  constructor(clock: Clock, faults: FaultRules) {
    this.#clock = clock
    this.#faults = faults
  }

  /** What the brokers' own and this library's requests have nothing to do with. */
  readonly interceptor: Interceptor = (arrived) => {
    const { connection, clientId, nodeId, api, version, topicNameOf } = arrived
    if (connection.session.listener.name !== clientListener) return null
    const { request } = arrived
    const seen: SeenRequest = {
      api: api.name,
      version,
      clientId,
      broker: nodeId,
      atMs: this.#clock.now(),
      topics: [...new Set(placesIn(request, topicNameOf).map(({ topic }) => topic))],
    }
    if (this.#seen.push(seen) >= 2 * keptMax) this.#seen = this.#seen.slice(-keptMax)
    if (!this.#clients.has(connection.id)) this.#meet(connection, clientId)
    const interception = this.#faults.decide(seen, { ...arrived, request })
    return interception ?? (this.#areTopicsAway && api.apiKey === Metadata.apiKey ? askLater : null)
  }

  /** Who asks for a topic that is away for a moment has the brokers make it, by default: those who ask meanwhile wait. */
  async whileTopicsAreAway(work: () => Promise<void>): Promise<void> {
    this.#areTopicsAway = true
    try {
      await work()
    } finally {
      this.#areTopicsAway = false
    }
  }

  requests({ api, clientId, topic }: RequestFilter = {}): SeenRequest[] {
    checkApi(api)
    return this.#seen
      .slice(-keptMax)
      .filter((one) => api === undefined || one.api === api)
      .filter((one) => clientId === undefined || one.clientId === clientId)
      .filter((one) => topic === undefined || one.topics.includes(topic))
  }

  forget(): void {
    this.#seen = []
  }

  /** Clients that have not closed their connections, in words. */
  async connected(): Promise<string[]> {
    const open = () => [...this.#clients.values()].filter(({ connection }) => !connection.closed)
    for (let waited = 0; waited < closingMsMax && open().length > 0; waited += lookEveryMs)
      await this.#clock.sleep(lookEveryMs)
    return [...new Set(open().map(({ clientId, connection }) => nameOf(clientId, connection)))]
  }

  #meet(connection: ArrivedRequest['connection'], clientId: string | null): void {
    for (const [id, known] of this.#clients) if (known.connection.closed) this.#clients.delete(id)
    this.#clients.set(connection.id, { connection, clientId })
  }
}

function nameOf(clientId: string | null, { session }: ArrivedRequest['connection']): string {
  const { software } = session
  const name = clientId === null ? 'a client without client.id' : `client.id "${clientId}"`
  return software ? `${name} (${software.name} ${software.version})` : name
}
