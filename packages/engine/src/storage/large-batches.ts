import type { Clock } from '@sluice/effects'
import { inSlices, type Steps } from './slices.ts'

const unaborted = new AbortController().signal

/** Does steps in slices of the node's own time. */
type InSlices = <T>(steps: Steps<T>) => Promise<T>

/**
 * Work on batches of which one alone may take hundreds of megabytes: one at a time in a node, and each node by its own
 * clock, so that one that stands still holds up nobody else.
 */
export class LargeBatches {
  readonly #inSlices: InSlices
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#inSlices = (steps) => inSlices(steps, clock, unaborted)
  }

  inTurn<T>(work: (inSlices: InSlices) => Promise<T>): Promise<T> {
    const next = this.#last.then(() => work(this.#inSlices))
    this.#last = next.catch(() => {})
    return next
  }
}
