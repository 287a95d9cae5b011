import { type Clock, Deferred } from '@sluice/effects'

/** Resolves with the work or, where it takes longer, at the end of the time. */
export async function within(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
  const over = new Deferred<void>()
  const timer = clock.schedule(ms, () => over.resolve())
  await Promise.race([work, over.promise]).finally(() => timer.cancel())
}
