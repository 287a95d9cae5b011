/** Of large requests that are under way so many bytes at a time: as objects they take fifty times as much. */
const bytesUnderWayMax = 4 * 1024 * 1024

interface Waiting {
  readonly bytes: number
  /** Who has begun calls `leave` at the end; once counts. */
  readonly begin: (leave: () => void) => void
}

/**
 * The large requests to a node, from their decoding to their answer: some at a time, the others wait, in their order. One
 * that is too large for that is under way alone.
 */
export class LargeRequests {
  #bytes = 0
  readonly #waiting: Waiting[] = []

  /** Calls `begin` when it may. */
  enter(bytes: number, begin: Waiting['begin']): void {
    this.#waiting.push({ bytes, begin })
    this.#goOn()
  }

  #leave(bytes: number): void {
    this.#bytes -= bytes
    this.#goOn()
  }

  #goOn(): void {
    for (let [next] = this.#waiting; next && this.#fits(next); [next] = this.#waiting) {
      const { bytes, begin } = next
      this.#waiting.shift()
      this.#bytes += bytes
      let isUnderWay = true
      begin(() => {
        if (isUnderWay) this.#leave(bytes)
        isUnderWay = false
      })
    }
  }

  #fits({ bytes }: Waiting): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= bytesUnderWayMax
  }
}
