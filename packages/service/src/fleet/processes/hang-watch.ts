import type { Clock, Timer } from '@sluice/effects'

interface HangWatchOptions {
  clock: Clock
  /** Asks for any answer. One that refuses answers too. */
  ask: () => Promise<unknown>
  /** It gave no answer, or does again: meanwhile it may have been taken for dead. */
  onDoubt: () => void
  onHang: () => void
}

const everyMs = 2_000
const patienceMs = 5_000
/** In a row: a machine that is busy, or was asleep, leaves one or two. */
const missesMax = 3
/** From the last answer on, at least so long. */
export const hangMs = missesMax * (everyMs + patienceMs)

/**
 * Looks whether a process that runs still answers. One that is stopped, or goes round in circles, runs for ever: no
 * event tells of it.
 */
export class HangWatch {
  readonly #options: HangWatchOptions
  #misses = 0
  #timer: Timer | null = null
  /** Looks of an earlier watch count for nothing. */
  #round = 0

  constructor(options: HangWatchOptions) {
    this.#options = options
  }

  /** Whether it gave no answer when it was asked last. */
  get isSilent(): boolean {
    return this.#misses > 0
  }

  begin(): void {
    this.end()
    this.#next()
  }

  end(): void {
    this.#round++
    this.#misses = 0
    this.#timer?.cancel()
    this.#timer = null
  }

  #next(): void {
    this.#timer = this.#options.clock.schedule(everyMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    const { clock, ask, onDoubt, onHang } = this.#options
    const round = this.#round
    const answered = ask().then(
      () => true,
      () => true,
    )
    const isThere = await Promise.race([answered, clock.sleep(patienceMs).then(() => false)])
    if (round !== this.#round) return
    const isDoubtful = !isThere || this.#misses > 0
    this.#misses = isThere ? 0 : this.#misses + 1
    if (this.#misses < missesMax) {
      this.#next()
      if (isDoubtful) onDoubt()
      return
    }
    this.end()
    onHang()
  }
}
