import type { Clock, Random } from '@sluice/effects'
import type { Identities } from '../../iam/identities.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  identities: Identities
  clock: Clock
  random: Random
}
