import { type Fault, FaultRules, type Interceptor } from '@sluice/engine'
import { OperatingError } from '../../../operating-error.ts'
import type { FaultBoard, PostedFault } from './fault-board.ts'
import type { FaultRequest } from './fault-request.ts'

interface ArmedFaultsOptions {
  readonly board: FaultBoard
  readonly pid: number
}

/** The faults of a service's board in one process that has brokers. */
export class ArmedFaults {
  readonly #options: ArmedFaultsOptions
  readonly #rules: FaultRules
  readonly #armed = new Map<string, Fault>()
  #revision = ''

  constructor(options: ArmedFaultsOptions) {
    this.#options = options
    this.#rules = new FaultRules(
      (what, { code, why, next }) => new OperatingError(what, { code, why, next }),
      (fault, times) => options.board.takeTurn(this.#idOf(fault), times),
    )
  }

  /** Of requests of clients: what nodes ask each other goes well. */
  readonly interceptor: Interceptor = (arrived) => {
    const { connection, clientId, nodeId: broker, api, version } = arrived
    if (!connection.session.listener.name.startsWith('CLIENT')) return null
    const seen = { api: api.name, version, clientId, broker, atMs: 0, topics: [] }
    const firedBefore = this.#fired()
    const interception = this.#rules.decide(seen, arrived)
    if (interception && this.#fired() !== firedBefore) this.#tell()
    return interception
  }

  /** Throws what is wrong with it. */
  arm({ id, request }: PostedFault): void {
    this.#armed.set(id, set(this.#rules, request))
  }

  /** Everything of the board, and nothing else. */
  follow(): void {
    const { revision, faults } = this.#options.board.posted()
    if (revision === this.#revision) return
    for (const [id, fault] of this.#armed)
      if (!faults.some((posted) => posted.id === id)) {
        fault.remove()
        this.#armed.delete(id)
      }
    for (const fault of faults) if (!this.#armed.has(fault.id)) this.arm(fault)
    this.#revision = revision
    this.#tell()
  }

  /** Those of which this process knows nothing else than that they may still fire. */
  list(): { id: string; text: string; times: number }[] {
    return this.#rules.list().map(({ fault, ...rest }) => ({ id: this.#idOf(fault), ...rest }))
  }

  #idOf(fault: Fault): string {
    return [...this.#armed].find(([, armed]) => armed === fault)?.[0] ?? ''
  }

  #fired(): number {
    let fired = 0
    for (const fault of this.#armed.values()) fired += fault.fired
    return fired
  }

  #tell(): void {
    const fired = Object.fromEntries([...this.#armed].map(([id, fault]) => [id, fault.fired]))
    this.#options.board.tell(this.#options.pid, { revision: this.#revision, fired })
  }
}

function set(
  rules: FaultRules,
  { api, error, delayMs, throttleMs, drop, disconnect, served, ...options }: FaultRequest,
): Fault {
  if (error !== undefined) return rules.always(api, { ...options, error })
  if (delayMs !== undefined) return rules.delay(api, { ...options, ms: delayMs })
  if (throttleMs !== undefined) return rules.throttle(api, { ...options, ms: throttleMs })
  if (drop === true) return rules.drop(api, { ...options, served })
  if (disconnect === true) return rules.disconnect(api, { ...options, served })
  throw new OperatingError('A fault does one thing.', {
    code: 'FAULT',
    why: 'This one says nothing of what is to happen.',
    next: 'Name an error, a delay, a throttle time, or let requests be dropped or connections be closed.',
  })
}
