/**
 * What may be taken: it fills at a rate and holds what comes in some seconds, so that much may be taken at once where little
 * was before (KIP-599, KIP-612). It begins full.
 */
export class TokenBucket {
  readonly #holdsSeconds: number
  /** Below zero: so much has been taken of what is to come. */
  #left = Number.POSITIVE_INFINITY
  #atMs = 0

  constructor(holdsSeconds: number) {
    this.#holdsSeconds = holdsSeconds
  }

  /** How long it takes until so much is in it, ms. */
  waitMs(wanted: number, perSecond: number, nowMs: number): number {
    this.#fill(perSecond, nowMs)
    return this.#left >= wanted ? 0 : Math.ceil(((wanted - this.#left) / perSecond) * 1_000)
  }

  take(amount: number, perSecond: number, nowMs: number): void {
    this.#fill(perSecond, nowMs)
    this.#left -= amount
  }

  #fill(perSecond: number, nowMs: number): void {
    const earned = (Math.max(0, nowMs - this.#atMs) / 1_000) * perSecond
    this.#left = Math.min(perSecond * this.#holdsSeconds, this.#left + earned)
    this.#atMs = nowMs
  }
}
