import type { Clock, Disk } from '@sluice/effects'
import type { ProducerState } from './producer-state.ts'
import { deletedSuffix } from './segment-names.ts'
import type { Segment } from './segment.ts'

/** What a removal wants of its log. */
interface LogOfRemovals {
  readonly disk: Disk
  readonly clock: Clock
  readonly config: { readonly fileDeleteDelayMs: number }
  readonly producers: ProducerState
  readonly onBackgroundFailure: (error: unknown) => void
}

interface Waiting {
  readonly removeNow: () => void
  readonly giveUp: () => void
}

/** Segments that are out of use: their files are renamed at once and removed after `file.delete.delay.ms`. */
export class Removals {
  readonly #log: LogOfRemovals
  readonly #waiting = new Map<number, Waiting>()

  constructor(log: LogOfRemovals) {
    this.#log = log
  }

  /** Readers of the segment go on meanwhile. `keepSnapshot`: another segment begins where it did. */
  add(segment: Segment, { keepSnapshot = false } = {}): void {
    const { clock, config, producers } = this.#log
    const { baseOffset } = segment
    // One that has had its name before: the files of both would have the same.
    this.#waiting.get(baseOffset)?.removeNow()
    segment.renameTo(deletedSuffix)
    const snapshot = keepSnapshot ? null : producers.markSnapshotDeleted(baseOffset)
    const removeNow = () => {
      timer.cancel()
      this.#waiting.delete(baseOffset)
      segment.removeFiles(deletedSuffix)
      if (snapshot !== null) this.#log.disk.removeSync(snapshot)
    }
    const timer = clock.schedule(config.fileDeleteDelayMs, () => {
      try {
        removeNow()
      } catch (error) {
        this.#log.onBackgroundFailure(error)
      }
    })
    const giveUp = () => {
      timer.cancel()
      segment.close()
    }
    this.#waiting.set(baseOffset, { removeNow, giveUp })
  }

  /** The log is closed before they were removed: the next start does it. */
  giveUp(): void {
    for (const { giveUp } of this.#waiting.values()) giveUp()
    this.#waiting.clear()
  }
}
