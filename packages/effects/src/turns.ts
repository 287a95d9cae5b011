/** Work that may rest: it goes on until `endMs` by the clock's monotonic reading, and asks again when there is more. */
export type Slice = (endMs: number) => void

/** How long work that may rest holds the event loop at a time: a heartbeat that comes meanwhile is hardly late. */
export const turnMs = 10

interface Time {
  monotonic(): number
  defer(fn: () => void): void
}

/**
 * What one turn of the event loop has for work that may rest, of all nodes of the process together: however many of
 * them are busy, whoever asks something small waits for one turn.
 *
 * 1. Slices wait in one line. A turn takes from its front while there is time, and who asks again goes to its end.
 * 2. What is begun the moment that it is asked for has so much time too, all together: see `firstTryEndMs`.
 */
export class Turns {
  readonly #time: Time
  #waiting: Slice[] = []
  #isScheduled = false
  /** Null while nothing has been begun in this turn. */
  #firstTryEndMs: number | null = null

  constructor(time: Time) {
    this.#time = time
  }

  share(slice: Slice): void {
    this.#waiting.push(slice)
    this.#turnSoon()
  }

  firstTryEndMs(): number {
    if (this.#firstTryEndMs === null) {
      this.#firstTryEndMs = this.#time.monotonic() + turnMs
      this.#turnSoon()
    }
    return this.#firstTryEndMs
  }

  #turnSoon(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#time.defer(() => this.#turn())
  }

  #turn(): void {
    this.#isScheduled = false
    this.#firstTryEndMs = null
    const line = this.#waiting
    this.#waiting = []
    const endMs = this.#time.monotonic() + turnMs
    let taken = 0
    try {
      while (taken < line.length && (taken === 0 || this.#time.monotonic() < endMs)) line[taken++]?.(endMs)
    } finally {
      // Who has not had a turn comes before who has asked again.
      if (taken < line.length) this.#waiting = [...line.slice(taken), ...this.#waiting]
      if (this.#waiting.length > 0) this.#turnSoon()
    }
  }
}
