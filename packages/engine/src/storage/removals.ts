import type { Clock, Disk } from '@sluice/effects'
import type { ProducerState } from './producer-state.ts'
import type { Segment } from './segment.ts'

/** What a removal wants of its log. */
interface LogOfRemovals {
  readonly disk: Disk
  readonly clock: Clock
  readonly config: { readonly fileDeleteDelayMs: number }
  readonly producers: ProducerState
  readonly onBackgroundFailure: (error: unknown) => void
}

/** Segments that are out of use: their files are renamed at once and removed after `file.delete.delay.ms`. */
export class Removals {
  readonly #log: LogOfRemovals
  readonly #waiting = new Set<() => void>()

  constructor(log: LogOfRemovals) {
    this.#log = log
  }

  /** Readers of the segment go on meanwhile. */
  add(segment: Segment): void {
    const { disk, clock, config, producers, onBackgroundFailure } = this.#log
    segment.markDeleted()
    const snapshot = producers.markSnapshotDeleted(segment.baseOffset)
    const timer = clock.schedule(config.fileDeleteDelayMs, () => {
      this.#waiting.delete(giveUp)
      try {
        segment.removeDeleted()
        if (snapshot !== null) disk.removeSync(snapshot)
      } catch (error) {
        onBackgroundFailure(error)
      }
    })
    const giveUp = () => {
      timer.cancel()
      segment.close()
    }
    this.#waiting.add(giveUp)
  }

  /** The log is closed before they were removed: the next start does it. */
  giveUp(): void {
    for (const giveUp of this.#waiting) giveUp()
    this.#waiting.clear()
  }
}
