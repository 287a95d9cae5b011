import type { Clock, Timer } from '@sluice/effects'

/** Sooner than others lead for a broker whose disk does not serve, so that none of it is missed. */
const everyMs = 2_000

/** Looks whether the disks of a cluster's nodes serve: no event tells of it. */
export class DiskWatch {
  readonly #options: { clock: Clock; isFailing: () => boolean; onChange: () => void }
  #isFailing = false
  #timer: Timer

  constructor(options: { clock: Clock; isFailing: () => boolean; onChange: () => void }) {
    this.#options = options
    this.#timer = this.#next()
  }

  end(): void {
    this.#timer.cancel()
  }

  #next(): Timer {
    return this.#options.clock.schedule(everyMs, () => {
      this.#timer = this.#next()
      const isFailing = this.#options.isFailing()
      if (isFailing === this.#isFailing) return
      this.#isFailing = isFailing
      this.#options.onChange()
    })
  }
}
