import type { Clock, Random } from '@sluice/effects'

/** How long somebody may take to open a link. */
const ticketMsMax = 12 * 3_600_000
const ticketsMax = 100

/** What is in links that open the console signed in: each is good for one browser, once. */
export class Tickets {
  readonly #effects: { clock: Clock; random: Random }
  /** When each ends; the oldest first. */
  readonly #endsMs = new Map<string, number>()

  constructor(effects: { clock: Clock; random: Random }) {
    this.#effects = effects
  }

  issue(): string {
    const { clock, random } = this.#effects
    const [oldest] = this.#endsMs.keys()
    if (oldest !== undefined && this.#endsMs.size >= ticketsMax) this.#endsMs.delete(oldest)
    const ticket = random.bytes(20).toString('base64url')
    this.#endsMs.set(ticket, clock.now() + ticketMsMax)
    return ticket
  }

  /** Was it good? It is not any more. */
  redeem(ticket: string): boolean {
    const endMs = this.#endsMs.get(ticket)
    this.#endsMs.delete(ticket)
    return endMs !== undefined && this.#effects.clock.now() < endMs
  }
}
