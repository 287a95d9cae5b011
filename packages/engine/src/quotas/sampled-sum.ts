/** How long a sample takes, and how many are looked at. */
export interface Sampling {
  readonly sampleMs: number
  readonly samplesMax: number
}

interface Sample {
  readonly startedAtMs: number
  lastAtMs: number
  sum: number
}

/** What has been recorded lately, as Apache Kafka's SampledStat has it. A sample that overlaps the window counts whole. */
export class SampledSum {
  readonly #sampling: Sampling
  /** The oldest first. */
  #samples: Sample[] = []

  constructor(sampling: Sampling) {
    this.#sampling = sampling
  }

  record(amount: number, nowMs: number): void {
    const { sampleMs, samplesMax } = this.#sampling
    let sample = this.#samples.at(-1)
    if (!sample || nowMs - sample.startedAtMs >= sampleMs) {
      sample = { startedAtMs: nowMs, lastAtMs: nowMs, sum: 0 }
      this.#samples.push(sample)
      // One more than the window has, for the one that overlaps it.
      if (this.#samples.length > samplesMax + 1) this.#samples.shift()
    }
    sample.sum += amount
    sample.lastAtMs = nowMs
  }

  sum(nowMs: number): number {
    this.#forget(nowMs)
    let sum = 0
    for (const sample of this.#samples) sum += sample.sum
    return sum
  }

  /** How long ago the first of it began, ms. */
  elapsedMs(nowMs: number): number {
    this.#forget(nowMs)
    return nowMs - (this.#samples[0]?.startedAtMs ?? nowMs)
  }

  #forget(nowMs: number): void {
    const { sampleMs, samplesMax } = this.#sampling
    while (this.#samples[0] && nowMs - this.#samples[0].lastAtMs >= samplesMax * sampleMs)
      this.#samples.shift()
  }
}
