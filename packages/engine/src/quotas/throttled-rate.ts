import { SampledSum, type Sampling } from './sampled-sum.ts'

/** How fast something is taken, over the samples of some seconds: much at once where little was before. */
export class ThrottledRate {
  readonly #sampling: Sampling
  readonly #taken: SampledSum

  constructor(sampling: Sampling) {
    this.#sampling = sampling
    this.#taken = new SampledSum(sampling)
  }

  /** Returns how long nothing more is to be taken, so that the rate comes down to the limit, ms. */
  record(amount: number, perSecondMax: number, nowMs: number): number {
    this.#taken.record(amount, nowMs)
    const windowMs = this.#windowMs(this.#taken.elapsedMs(nowMs))
    const perSecond = (this.#taken.sum(nowMs) / windowMs) * 1_000
    return perSecond <= perSecondMax ? 0 : Math.round(((perSecond - perSecondMax) / perSecondMax) * windowMs)
  }

  /** It has not been taken after all. */
  takeBack(amount: number, nowMs: number): void {
    this.#taken.record(-amount, nowMs)
  }

  /** Samples that there are not yet count as empty ones. */
  #windowMs(elapsedMs: number): number {
    const { sampleMs, samplesMax } = this.#sampling
    const missing = Math.max(0, samplesMax - 1 - Math.floor(elapsedMs / sampleMs))
    return Math.max(1, elapsedMs + missing * sampleMs)
  }
}
