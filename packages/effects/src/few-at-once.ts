type Ended = (error: Error | null) => void

/** Of work that takes long so much goes on at once; the rest waits for its turn. */
export class FewAtOnce {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #going = 0

  constructor(most: number) {
    this.#most = most
  }

  /** `start` begins the work, and calls what it is given when that has ended. Rejects with the error of either. */
  run(start: (ended: Ended) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended: Ended = (error) => {
        this.#going--
        this.#waiting.shift()?.()
        if (error) reject(error)
        else resolve()
      }
      const begin = () => {
        this.#going++
        try {
          start(ended)
        } catch (error) {
          ended(error as Error)
        }
      }
      if (this.#going < this.#most) begin()
      else this.#waiting.push(begin)
    })
  }
}
