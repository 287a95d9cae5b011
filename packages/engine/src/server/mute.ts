import type { Clock, Timer } from '@sluice/effects'

/** A time for which a client is not heard; of several the one that ends last counts. */
export class Mute {
  readonly #clock: Clock
  readonly #over: () => void
  #untilMs = 0
  #timer: Timer | null = null

  constructor(clock: Clock, over: () => void) {
    this.#clock = clock
    this.#over = over
  }

  get isOn(): boolean {
    return this.#timer !== null
  }

  lasts(ms: number): void {
    const untilMs = this.#clock.monotonic() + ms
    if (this.isOn && untilMs <= this.#untilMs) return
    this.end()
    this.#untilMs = untilMs
    this.#timer = this.#clock.schedule(ms, () => {
      this.#timer = null
      this.#over()
    })
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
