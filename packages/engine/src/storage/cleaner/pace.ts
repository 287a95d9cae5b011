import type { Clock } from '@sluice/effects'
import type { Work } from './work.ts'

/** So often it is looked how fast it goes. */
const intervalMs = 300

/** Holds work to so many bytes a second, in the mean over intervals (`log.cleaner.io.max.bytes.per.second`). */
export class Pace {
  readonly #clock: Clock
  readonly #bytesPerSecond: () => number
  #sinceMs: number
  #bytes = 0

  constructor(clock: Clock, bytesPerSecond: () => number) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#sinceMs = clock.monotonic()
  }

  /** So many bytes were read or written: waits where that was too fast. */
  *took(bytes: number): Work<void> {
    this.#bytes += bytes
    const tookMs = this.#clock.monotonic() - this.#sinceMs
    const aheadMs = (this.#bytes / this.#bytesPerSecond()) * 1000 - tookMs
    if (tookMs < intervalMs && aheadMs < intervalMs) return
    if (aheadMs > 0) yield this.#clock.sleep(aheadMs)
    this.#sinceMs = this.#clock.monotonic()
    this.#bytes = 0
  }
}
