/**
 * What is done once for all that a socket read has brought, when it is handled and committed: a long poll looks once
 * however many of its partitions have moved, and a connection sends once however many of its requests are answered. One
 * fetch of a follower may commit the requests of many clients.
 */
export class EndOfRead {
  /** Null while no read is handled. */
  #waiting: (() => void)[] | null = null

  begins(): void {
    this.#waiting = []
  }

  ends(): void {
    // Each may bring others.
    for (const fn of this.#waiting ?? []) fn()
    this.#waiting = null
  }

  /** Runs `fn` at the end of the read; at once where none is handled. */
  run(fn: () => void): void {
    if (this.#waiting) this.#waiting.push(fn)
    else fn()
  }
}
