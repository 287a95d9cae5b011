import { type FaultOptions, FaultRules, type Interceptor } from '@sluice/engine'
import { OperatingError } from '../../operating-error.ts'

/** A fault as it comes from outside: where, how often, and one thing that happens. */
export interface FaultRequest extends FaultOptions {
  readonly api: string
  readonly error?: string
  readonly delayMs?: number
  readonly throttleMs?: number
  readonly drop?: boolean
  readonly disconnect?: boolean
  /** Of the last two: only the answer is lost. */
  readonly served?: boolean
}

export interface FaultReport {
  readonly text: string
  readonly fired: number
  /** Null: as often as there is reason to. */
  readonly left: number | null
}

/** What goes wrong on purpose, for development, with requests of clients to brokers that live in this process. */
export class ClusterFaults {
  readonly #rules = new FaultRules(
    (what, { code, why, next }) => new OperatingError(what, { code, why, next }),
  )

  readonly interceptor: Interceptor = (arrived) => {
    const { connection, clientId, nodeId: broker, api, version } = arrived
    if (!connection.session.listener.name.startsWith('CLIENT')) return null
    return this.#rules.decide({ api: api.name, version, clientId, broker, atMs: 0, topics: [] }, arrived)
  }

  add({ api, error, delayMs, throttleMs, drop, disconnect, served, ...options }: FaultRequest): void {
    if (error !== undefined) this.#rules.always(api, { ...options, error })
    else if (delayMs !== undefined) this.#rules.delay(api, { ...options, ms: delayMs })
    else if (throttleMs !== undefined) this.#rules.throttle(api, { ...options, ms: throttleMs })
    else if (drop === true) this.#rules.drop(api, { ...options, served })
    else if (disconnect === true) this.#rules.disconnect(api, { ...options, served })
    else
      throw new OperatingError('A fault does one thing.', {
        code: 'FAULT',
        why: 'This one says nothing of what is to happen.',
        next: 'Name an error, a delay, a throttle time, or let requests be dropped or connections be closed.',
      })
  }

  list(): FaultReport[] {
    return this.#rules
      .list()
      .map(({ left, ...fault }) => ({ ...fault, left: Number.isFinite(left) ? left : null }))
  }

  clear(): void {
    this.#rules.clear()
  }
}
