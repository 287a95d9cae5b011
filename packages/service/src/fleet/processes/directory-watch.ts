import type { Clock, Timer } from '@sluice/effects'

interface DirectoryWatchOptions {
  clock: Clock
  isThere: () => boolean
  onGone: () => void
}

const everyMs = 1_000

/**
 * Looks whether the directory of a process that runs is still there. A process that has its files open does not see that
 * nobody will find them any more: its writes go well.
 */
export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions
  #timer: Timer | null = null
  /** One that has only begun makes its directory yet. */
  #wasThere = false

  constructor(options: DirectoryWatchOptions) {
    this.#options = options
  }

  /** It was there, and is not. */
  get isGone(): boolean {
    return this.#wasThere && !this.#options.isThere()
  }

  begin(): void {
    this.end()
    this.#wasThere = this.#options.isThere()
    this.#next()
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #next(): void {
    this.#timer = this.#options.clock.schedule(everyMs, () => {
      if (this.isGone) return this.#options.onGone()
      this.#wasThere ||= this.#options.isThere()
      this.#next()
    })
  }
}
