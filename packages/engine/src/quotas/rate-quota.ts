import type { Clock } from '@sluice/effects'
import type { QuotasImage } from '../metadata/quotas-image.ts'
import { Counters } from './counters.ts'
import { type QuotaClient, QuotaLimits, unlimited } from './quota-limits.ts'
import type { Sampling } from './sampled-sum.ts'
import { ThrottledRate } from './throttled-rate.ts'

interface RateQuotaOptions {
  /** As the metadata has it. */
  readonly name: string
  readonly clock: Clock
  readonly sampling: Sampling
  /** Nobody is slowed down for longer at once. */
  readonly throttleMsMax?: number
  readonly quotas: QuotasImage
}

/** How much clients may take in a second. */
export class RateQuota {
  readonly #options: RateQuotaOptions
  readonly #counters: Counters<ThrottledRate>
  #limits: QuotaLimits

  constructor(options: RateQuotaOptions) {
    this.#options = options
    this.#counters = new Counters(() => new ThrottledRate(options.sampling))
    this.#limits = new QuotaLimits(options.quotas, options.name)
  }

  /** Whether it is set for anybody: where it is not, nobody is asked for. */
  get isSet(): boolean {
    return this.#limits.areSet
  }

  /** The quotas of the metadata have changed. */
  review(): void {
    const { quotas, name } = this.#options
    this.#limits = new QuotaLimits(quotas, name)
  }

  /** Counts what a client takes. Returns how long it is to take nothing, so that its rate comes down to its limit, ms. */
  record(client: QuotaClient, amount: number): number {
    const { key, limit } = this.#limits.shareOf(client)
    if (limit === unlimited) return 0
    const nowMs = this.#options.clock.monotonic()
    const throttleMs = this.#counters.of(key, nowMs).record(amount, limit, nowMs)
    return Math.min(throttleMs, this.#options.throttleMsMax ?? throttleMs)
  }

  /** It has not been taken after all. */
  takeBack(client: QuotaClient, amount: number): void {
    const { key, limit } = this.#limits.shareOf(client)
    if (limit === unlimited) return
    const nowMs = this.#options.clock.monotonic()
    this.#counters.of(key, nowMs).takeBack(amount, nowMs)
  }

  /** More than this at once slows a client down in any case, even one that has taken nothing before. */
  mostAtOnce(client: QuotaClient): number {
    const { sampleMs, samplesMax } = this.#options.sampling
    return (this.#limits.shareOf(client).limit * (samplesMax - 1) * sampleMs) / 1_000
  }
}
