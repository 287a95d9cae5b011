import { type Clock, Turns } from '@sluice/effects'
import type { Life } from './life.ts'
import type { Scheduler } from './scheduler.ts'

/** When every simulation begins. */
export const beginningMs = 1_700_000_000_000

/** What a machine's clock on the wall shows beside the true time; it may jump. */
export interface WallClock {
  aheadMs: number
}

/** The clock of one life of a process: what waits for it hangs when the process does. */
export function nodeClock(scheduler: Scheduler, life: Life, wall: WallClock): Clock {
  const monotonic = () => scheduler.nowMs
  const defer = (fn: () => void) => void scheduler.after(0, () => life.enter(fn))
  const turns = new Turns({ monotonic, defer })
  return {
    now: () => beginningMs + Math.floor(scheduler.nowMs + wall.aheadMs),
    monotonic,
    schedule: (delayMs, fn) => {
      // Also one that is due may be called off, while its process hangs.
      let isOff = false
      const timer = scheduler.after(delayMs, () => life.enter(() => !isOff && fn()))
      const cancel = () => {
        isOff = true
        timer.cancel()
      }
      return { cancel }
    },
    defer,
    share: (slice) => turns.share(slice),
    firstTryEndMs: () => turns.firstTryEndMs(),
    sleep: (delayMs) => new Promise((resolve) => scheduler.after(delayMs, () => life.enter(resolve))),
  }
}
