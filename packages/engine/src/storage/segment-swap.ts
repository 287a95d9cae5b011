import type { Removals } from './removals.ts'
import { swapSuffix } from './segment-names.ts'
import type { Segment } from './segment.ts'

/**
 * A cleaned segment takes the place of those that it was made of, by renames alone. Once the log file is named `.swap` the
 * next start finishes what a crash leaves; before, it takes it back.
 */
export class SegmentSwap {
  readonly #cleaned: Segment
  /** Those that still have their names. */
  readonly #left: Segment[]

  constructor(replaced: readonly Segment[], cleaned: Segment) {
    this.#cleaned = cleaned
    this.#left = [...replaced]
  }

  begin(): void {
    this.#cleaned.renameTo(swapSuffix)
  }

  /**
   * The newest first: what is left of them makes a log with the cleaned one at any time. May be called again after the
   * disk's error.
   */
  finish(removals: Removals): void {
    for (let old = this.#left.at(-1); old; old = this.#left.at(-1)) {
      removals.add(old, { keepSnapshot: old.baseOffset === this.#cleaned.baseOffset })
      this.#left.pop()
    }
    this.#cleaned.renameTo('')
  }
}
