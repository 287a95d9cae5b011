/** Attempts that take long, each shared by all who ask for the same thing. */
export class SharedAttempts<T> {
  readonly #attempts = new Map<string, Attempt<T>>()

  /**
   * The result of the attempt at `key`, which `make` begins where there is none. What succeeded is kept, what
   * failed is forgotten. Who aborts waits no longer; when nobody waits any more, the attempt itself is aborted.
   */
  get(
    key: string,
    make: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const attempt = this.#attempts.get(key) ?? this.#begin(key, make)
    attempt.waiting++
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        reject(signal.reason)
        if (--attempt.waiting > 0) return
        this.#forget(key, attempt)
        attempt.abort.abort(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      attempt.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
    })
  }

  #begin(key: string, make: (signal: AbortSignal) => Promise<T>): Attempt<T> {
    const abort = new AbortController()
    const attempt = { abort, result: make(abort.signal), waiting: 0 }
    this.#attempts.set(key, attempt)
    attempt.result.catch(() => this.#forget(key, attempt))
    return attempt
  }

  /** Another may have been begun in its place. */
  #forget(key: string, attempt: Attempt<T>): void {
    if (this.#attempts.get(key) === attempt) this.#attempts.delete(key)
  }
}

interface Attempt<T> {
  readonly abort: AbortController
  readonly result: Promise<T>
  /** Who has not aborted; those whose answer has come count on, and with that it is never called off. */
  waiting: number
}
