import { dueAtMs } from '../pace.ts'
import type { Pass } from './pass.ts'

/** Whether what is under way is done before its time; then the loop looks again when that has come. */
export function isBeforeTime({ record, settings, runtime, effects, trigger }: Pass): boolean {
  runtime.paceTimer?.cancel()
  runtime.paceTimer = null
  const isHurried = record.state === 'CREATING' && record.name === settings.hurried
  const waitMs = dueAtMs(record, isHurried ? 'instant' : settings.pace) - effects.clock.now()
  if (waitMs <= 0) return false
  runtime.paceTimer = effects.clock.schedule(waitMs, trigger)
  return true
}
