import type { Clock } from '@sluice/effects'

/**
 * So much a second, of which a second's worth is kept when nobody takes any. Something large may be taken as soon as anything
 * is there, and leaves a debt that those after it wait for.
 */
export class Allowance {
  readonly #perSecond: number
  readonly #clock: Clock
  #left: number
  #atMs: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#left = perSecond
    this.#atMs = clock.now()
  }

  /** Is anything there for so much, or for as much as a second has? */
  has(amount: number): boolean {
    return this.#now() >= Math.min(amount, this.#perSecond)
  }

  spend(amount: number): void {
    this.#left = this.#now() - amount
  }

  /** Until nothing is owed any more. */
  get waitMs(): number {
    return Math.max(0, (-this.#now() / this.#perSecond) * 1_000)
  }

  #now(): number {
    const nowMs = this.#clock.now()
    // The clock may be set back: that takes nothing away.
    const passedMs = Math.max(0, nowMs - this.#atMs)
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs / 1_000) * this.#perSecond)
    this.#atMs = nowMs
    return this.#left
  }
}
