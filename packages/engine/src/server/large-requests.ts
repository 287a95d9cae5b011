/** Of large requests that are under way so many bytes at a time: as objects they take fifty times as much. */
const bytesUnderWayMax = 4 * 1024 * 1024

interface LargeRequest {
  readonly bytes: number
  /** It may begin. */
  begin(): void
}

/**
 * The large requests to a node, from their decoding to their answer: some at a time, the others wait, in their order. One
 * that is too large for that is under way alone.
 */
export class LargeRequests {
  #bytes = 0
  /** In the order in which they have come. */
  readonly #waiting = new Set<LargeRequest>()
  readonly #underWay = new Set<LargeRequest>()
  #isGoingOn = false

  enter(request: LargeRequest): void {
    this.#waiting.add(request)
    this.#goOn()
  }

  /** It is over, or nobody wants it any more: then what it holds is not kept until its turn. */
  leave(request: LargeRequest): void {
    this.#waiting.delete(request)
    if (this.#underWay.delete(request)) this.#bytes -= request.bytes
    this.#goOn()
  }

  /** One that is over at once leaves the next one to the loop that has begun it: thousands may wait. */
  #goOn(): void {
    if (this.#isGoingOn) return
    this.#isGoingOn = true
    try {
      for (let next = this.#first; next && this.#fits(next); next = this.#first) {
        this.#waiting.delete(next)
        this.#underWay.add(next)
        this.#bytes += next.bytes
        next.begin()
      }
    } finally {
      this.#isGoingOn = false
    }
  }

  get #first(): LargeRequest | undefined {
    return this.#waiting.values().next().value
  }

  #fits({ bytes }: LargeRequest): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= bytesUnderWayMax
  }
}
