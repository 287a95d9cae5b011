import type { Random } from '@sluice/effects'
import type { Scheduler } from './scheduler.ts'

interface Held {
  readonly arrive: () => void
  /** Called when nothing has come through for too long; then it need not arrive. */
  readonly givenUp: (() => void) | undefined
}

/** One direction between two hosts. What is on its way when it is cut waits, as TCP sends again what gets no answer. */
export class Link {
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #baseMs: number
  #slowMs = 0
  #isCut = false
  #held: Held[] = []
  /** What is sent later does not arrive earlier. */
  #lastArrivalMs = 0

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler
    this.#random = random
    this.#baseMs = 0.1 + random.int(20) / 10
  }

  send(arrive: () => void, givenUp?: () => void): void {
    const jitterMs = this.#random.int(1000) / 1000
    const delayMs = this.#baseMs + jitterMs + (this.#slowMs > 0 ? this.#random.int(this.#slowMs) : 0)
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#scheduler.nowMs + delayMs)
    this.#scheduler.after(this.#lastArrivalMs - this.#scheduler.nowMs, () =>
      this.#arrives({ arrive, givenUp }),
    )
  }

  cut(): void {
    this.#isCut = true
  }

  /** From now on everything takes up to so much longer. */
  slow(ms: number): void {
    this.#slowMs = ms
  }

  mend(): void {
    this.#isCut = false
    this.#slowMs = 0
    for (const held of this.#held.splice(0)) this.#scheduler.after(0, () => this.#arrives(held))
  }

  #arrives(held: Held): void {
    if (!this.#isCut) return held.arrive()
    this.#held.push(held)
    const { givenUp } = held
    if (!givenUp) return
    this.#scheduler.after(500 + this.#random.int(8_000), () => {
      const at = this.#held.indexOf(held)
      if (at < 0) return
      this.#held.splice(at, 1)
      givenUp()
    })
  }
}
