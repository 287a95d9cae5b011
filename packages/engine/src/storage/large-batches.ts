import type { Clock } from '@sluice/effects'
import { inSlices, type Steps } from './slices.ts'

/** Of batches that wait for their turn, or behind one that does. */
const waitingBytesMax = 128 * 1024 * 1024

const unaborted = new AbortController().signal

/** Does steps in slices of the node's own time. */
type InSlices = <T>(steps: Steps<T>) => Promise<T>

/**
 * Work on batches of which one alone may take hundreds of megabytes: one at a time in a node, and each node by its own
 * clock, so that one that stands still holds up nobody else. Of what waits only so much is kept in memory.
 */
export class LargeBatches {
  readonly #inSlices: InSlices
  readonly #waitingBytesMax: number
  #waitingBytes = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock, bytesMax = waitingBytesMax) {
    this.#inSlices = (steps) => inSlices(steps, clock, unaborted)
    this.#waitingBytesMax = bytesMax
  }

  inTurn<T>(work: (inSlices: InSlices) => Promise<T>): Promise<T> {
    const next = this.#last.then(() => work(this.#inSlices))
    this.#last = next.catch(() => {})
    return next
  }

  /** Asked before so many bytes are kept. False: they are too many, unless nothing else waits. */
  keep(bytes: number): boolean {
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#waitingBytesMax) return false
    this.#waitingBytes += bytes
    return true
  }

  /** They are kept no more. */
  letGo(bytes: number): void {
    this.#waitingBytes -= bytes
  }
}
