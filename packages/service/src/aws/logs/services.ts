import type { Clock } from '@sluice/effects'
import type { LogGroups } from '../../fleet/logs/log-groups.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  logGroups: LogGroups
  clock: Clock
}
