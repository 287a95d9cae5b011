import type { Clock } from '@sluice/effects'
import { KafkaServerError } from './server-error.ts'

/** How often is looked. */
const everyMs = 5
const timeoutMsDefault = 15_000

/** One look: `found` ends the waiting; what it was instead stands in the error of one that is in vain. */
export type Look<Found> = { found: Found } | { instead: string }

/** Looks until what is wanted is there. */
export async function until<Found>(
  clock: Clock,
  wanted: string,
  look: () => Promise<Look<Found>>,
  timeoutMs = timeoutMsDefault,
): Promise<Found> {
  const endMs = clock.monotonic() + timeoutMs
  for (;;) {
    const seen = await look()
    if ('found' in seen) return seen.found
    if (clock.monotonic() >= endMs)
      throw new KafkaServerError(`${wanted} has not come within ${timeoutMs} ms.`, {
        code: 'TIMEOUT',
        why: seen.instead,
        next: 'See whether the client runs and to what it is connected, or give a longer timeoutMs.',
      })
    await clock.sleep(everyMs)
  }
}
