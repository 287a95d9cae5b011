import type { Clock } from '@sluice/effects'
import type { Monitoring } from '../../fleet/monitoring/monitoring.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  monitoring: Pick<Monitoring, 'alarms' | 'metrics'>
  clock: Clock
}
