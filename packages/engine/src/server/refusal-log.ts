import type { Clock, Logger, Timer } from '@sluice/effects'

/** What is refused again within this time is counted only. */
const intervalMs = 60_000
/** So many kinds of refusals are told apart in that time: whoever is refused may choose its reason and its address. */
const kindsMax = 100
/** Of a reason, which may have in it what the client has sent. */
const reasonCharactersMax = 200

interface Refusal {
  readonly message: string
  readonly client: string
  readonly reason: string
  /** How often beside the first time. */
  more: number
}

/**
 * Who was not let in, and why: a line for each message, client and reason, and their number a minute later. However many
 * come, the log stays readable; whatever they send, it stays small.
 */
export class RefusalLog {
  readonly #node: { readonly clock: Clock; readonly logger: Logger }
  readonly #refusals = new Map<string, Refusal>()
  #timer: Timer | null = null
  #isClosed = false

  constructor(node: { readonly clock: Clock; readonly logger: Logger }) {
    this.#node = node
  }

  /** `facts` are told of the first one alone. Nothing of all this may be secret. */
  tell(message: string, client: string, reason: string, facts: Record<string, unknown> = {}): void {
    if (this.#isClosed) return
    const short = reason.length > reasonCharactersMax ? `${reason.slice(0, reasonCharactersMax)}…` : reason
    const one = { message, client, reason: short, more: 0 }
    const isKnownKind = this.#refusals.has(keyOf(one)) || this.#refusals.size < kindsMax
    const kind = isKnownKind ? one : { ...one, client: 'many', reason: 'many' }
    const told = this.#refusals.get(keyOf(kind))
    if (told) {
      told.more++
      return
    }
    if (this.#refusals.size === 0) this.#timer = this.#node.clock.schedule(intervalMs, () => this.#sum())
    this.#refusals.set(keyOf(kind), kind)
    this.#node.logger.warn(message, { client: kind.client, reason: kind.reason, ...(kind === one && facts) })
  }

  /** Nobody comes any more: what was counted is told now, and nothing waits for the minute to end. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#sum()
  }

  #sum(): void {
    for (const { message, client, reason, more } of this.#refusals.values())
      if (more > 0) this.#node.logger.warn(`${message}, again`, { client, reason, times: more })
    this.#refusals.clear()
  }
}

function keyOf({ message, client, reason }: Refusal): string {
  return `${message}\n${client}\n${reason}`
}
