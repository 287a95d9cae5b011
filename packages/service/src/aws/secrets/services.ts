import type { Clock, Random } from '@sluice/effects'
import type { Secrets } from '../../fleet/secrets/secrets.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  secrets: Secrets
  clock: Clock
  random: Random
}
