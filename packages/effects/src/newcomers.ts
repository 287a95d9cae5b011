/** So long those who come wait for others that come with them: whoever comes with a flood is not held up for longer. */
const waitMsMax = 10

/** The time, and the turns of the event loop. */
interface Loop {
  monotonic(): number
  /** After the pending I/O events of this turn. */
  defer(fn: () => void): void
}

/**
 * Those who come together begin together. The system has one connection accepted a turn of the event loop (libuv), and
 * whoever is there already is served in the same turn: of a crowd the first would have asked, been answered and asked
 * again before the last is heard. A group that fifty members join at once would so have one generation after the other.
 */
export class Newcomers {
  readonly #loop: Loop
  #waiting: (() => void)[] = []
  #hasSomebodyCome = false
  #sinceMs = 0

  constructor(loop: Loop) {
    this.#loop = loop
  }

  /** Has it begin when a turn has brought nobody, or a moment after the first of those who wait has come. */
  add(begin: () => void): void {
    this.#hasSomebodyCome = true
    if (this.#waiting.push(begin) > 1) return
    this.#sinceMs = this.#loop.monotonic()
    this.#loop.defer(() => this.#look())
  }

  #look(): void {
    const isLong = this.#loop.monotonic() - this.#sinceMs >= waitMsMax
    if (this.#hasSomebodyCome && !isLong) {
      this.#hasSomebodyCome = false
      this.#loop.defer(() => this.#look())
      return
    }
    const begun = this.#waiting
    this.#waiting = []
    for (const begin of begun) begin()
  }
}
