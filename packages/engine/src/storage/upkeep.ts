import { type Clock, isSystemError, raise, type Timer } from '@sluice/effects'
import type { NodeDisk } from './node-disk.ts'

/** `setTimeout` knows no longer delays; nobody waits for them. */
const delayMaxMs = 0x7fffffff

/** Work that is done again and again. */
export interface Chore {
  /** Until the first time; without it as long as between two times. */
  readonly firstMs?: number
  readonly everyMs: number
  readonly work: () => void
}

/**
 * What is done for the logs later, or from time to time. Nobody waits for it: what the disk refuses is told, and
 * tried again in time; a bug is the broker's.
 */
export class Upkeep {
  readonly #clock: Clock
  readonly #disk: NodeDisk
  readonly #timers = new Set<Timer>()

  constructor({ clock, disk }: { clock: Clock; disk: NodeDisk }) {
    this.#clock = clock
    this.#disk = disk
  }

  begin(chores: readonly Chore[]): void {
    for (const chore of chores) this.#schedule(chore, chore.firstMs ?? chore.everyMs)
  }

  once(delayMs: number, work: () => void): void {
    if (delayMs > delayMaxMs) return
    const timer = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(timer)
      try {
        work()
      } catch (error) {
        this.failed('upkeep of the logs failed', error)
      }
    })
    this.#timers.add(timer)
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  failed(message: string, error: unknown): void {
    if (isSystemError(error)) this.#disk.failed(message, error)
    else raise(this.#clock, error)
  }

  #schedule(chore: Chore, delayMs: number): void {
    this.once(delayMs, () => {
      this.#schedule(chore, chore.everyMs)
      chore.work()
    })
  }
}
