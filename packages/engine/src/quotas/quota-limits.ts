import type { ChannelContext } from '../metadata/controller-channel.ts'
import type { QuotasImage } from '../metadata/quotas-image.ts'

/** Who asks, as quotas know them. */
export interface QuotaClient {
  /** The name of their principal, without its type. */
  readonly user: string
  readonly clientId: string
}

/** By the name of their principal alone, without its type. */
export function quotaClient({ principal, clientId }: ChannelContext): QuotaClient {
  return { user: principal.slice(principal.indexOf(':') + 1), clientId }
}

/** Those whose use is counted together, and how much it may be. */
interface Share {
  readonly key: string
  readonly limit: number
}

/** Of a client that no quota is for. */
export const unlimited = Number.POSITIVE_INFINITY

/**
 * One quota of clients, as it is set for users, client ids and both. The most specific level that has it holds:
 *
 * 1. user and client id; user, and any client id
 * 2. user
 * 3. any user, and client id; any user and any client id
 * 4. any user
 * 5. client id
 * 6. any client id
 *
 * Whoever has a quota by their user alone shares it with all their client ids, and the other way round.
 */
export class QuotaLimits {
  /** By name; null: the default. */
  readonly #users = new Map<string | null, number>()
  readonly #clients = new Map<string | null, number>()
  /** By user, then client id. */
  readonly #pairs = new Map<string | null, Map<string | null, number>>()

  constructor(quotas: QuotasImage, name: string) {
    for (const { entity, values } of quotas.all()) {
      const limit = values.get(name)
      if (limit === undefined) continue
      const [user, client] = [entity.get('user'), entity.get('client-id')]
      if (user !== undefined && client !== undefined) this.#ofPairs(user).set(client, limit)
      else if (user !== undefined) this.#users.set(user, limit)
      else if (client !== undefined) this.#clients.set(client, limit)
    }
  }

  get areSet(): boolean {
    return this.#users.size > 0 || this.#clients.size > 0 || this.#pairs.size > 0
  }

  shareOf({ user, clientId }: QuotaClient): Share {
    if (this.#hasPair(user, clientId)) return this.#share(user, clientId)
    if (this.#users.has(user)) return this.#share(user, '')
    if (this.#hasPair(null, clientId)) return this.#share(user, clientId)
    return this.#users.has(null) ? this.#share(user, '') : this.#share('', clientId)
  }

  #hasPair(user: string | null, clientId: string): boolean {
    const clients = this.#pairs.get(user)
    return clients !== undefined && (clients.has(clientId) || clients.has(null))
  }

  /** An empty name is none: who has no client id has no quota by it. */
  #share(user: string, clientId: string): Share {
    const key = `${user.length}:${user}${clientId}`
    if (user === '')
      return { key, limit: (clientId !== '' ? named(this.#clients, clientId) : undefined) ?? unlimited }
    if (clientId === '') return { key, limit: named(this.#users, user) ?? unlimited }
    const own = this.#pairs.get(user)
    const byDefault = this.#pairs.get(null)
    return {
      key,
      limit: (own && named(own, clientId)) ?? (byDefault && named(byDefault, clientId)) ?? unlimited,
    }
  }

  #ofPairs(user: string | null): Map<string | null, number> {
    const clients = this.#pairs.get(user) ?? new Map<string | null, number>()
    this.#pairs.set(user, clients)
    return clients
  }
}

function named(limits: ReadonlyMap<string | null, number>, name: string): number | undefined {
  return limits.get(name) ?? limits.get(null)
}
