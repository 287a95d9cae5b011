/**
 * How fast connections may come (max.connection.creation.rate, KIP-612). As on Apache Kafka the rate is looked at over
 * some seconds, so that many may come at once where few came before.
 */
export class CreationRate {
  readonly #windowSeconds: number
  /** So many more may come than the rate allows, of what it has left unused; below zero: of what is to come. */
  #left = Number.POSITIVE_INFINITY
  #atMs = 0

  /** quota.window.num windows of quota.window.size.seconds, of which the one that runs does not count. */
  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds
  }

  /** How long the next one has to wait, ms. */
  waitMs(perSecond: number, nowMs: number): number {
    this.#refill(perSecond, nowMs)
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) / perSecond) * 1_000)
  }

  /** One has come. */
  count(perSecond: number, nowMs: number): void {
    this.#refill(perSecond, nowMs)
    this.#left--
  }

  #refill(perSecond: number, nowMs: number): void {
    const earned = (Math.max(0, nowMs - this.#atMs) / 1_000) * perSecond
    this.#left = Math.min(perSecond * this.#windowSeconds, this.#left + earned)
    this.#atMs = nowMs
  }
}
