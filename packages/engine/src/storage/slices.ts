import type { Clock } from '@sluice/effects'

/** Work that may rest between two steps. */
export type Steps<T = void> = Generator<undefined, T, undefined>

/** How long the event loop may be held at a time: a heartbeat that comes meanwhile is hardly late. */
const sliceMs = 10

/** Does the work at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Does the work in slices, between which the event loop turns. Rejects with what a step throws; and with the
 * signal's reason once that is aborted, when the steps have let go of what they hold (their `finally`).
 */
export function inSlices<T>(steps: Steps<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const slice = () => {
      const endMs = clock.monotonic() + sliceMs
      try {
        for (;;) {
          if (signal.aborted) {
            steps.return(undefined as never)
            reject(signal.reason as Error)
            return
          }
          const step = steps.next()
          if (step.done) {
            resolve(step.value)
            return
          }
          if (clock.monotonic() >= endMs) {
            clock.defer(slice)
            return
          }
        }
      } catch (error) {
        reject(error as Error)
      }
    }
    slice()
  })
}
