/** Unfinished requests, large ones that wait for their answer, and answers that wait for their reader. */
const bytesInFlightMax = 512 * 1024 * 1024

/** Who holds bytes: a connection. */
interface Holder {
  /** Lets go of them. */
  destroy(reason: string): void
}

/**
 * How much all connections of the process hold together. Where it is too much the one that has not moved for longest is
 * cut: whoever reads what it has asked for, and sends what it has begun, is never the first.
 */
export class BytesInFlight {
  readonly #bytesMax: number
  /** In the order in which they have moved. */
  readonly #held = new Map<Holder, number>()
  #total = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get total(): number {
    return this.#total
  }

  /** The holder has moved, and holds so much now. */
  moved(holder: Holder, bytes: number): void {
    this.#forget(holder)
    if (bytes > 0) this.#held.set(holder, bytes)
    this.#total += bytes
    for (const [stalest] of this.#held) {
      if (this.#total <= this.#bytesMax) return
      this.#forget(stalest)
      stalest.destroy('too many bytes wait for clients that do not move')
    }
  }

  #forget(holder: Holder): void {
    this.#total -= this.#held.get(holder) ?? 0
    this.#held.delete(holder)
  }
}

/** Brokers of one process share its memory. */
export const bytesInFlight = new BytesInFlight(bytesInFlightMax)
