import type { Clock, Random } from '@sluice/effects'
import type { Fleet } from '../fleet/fleet.ts'
import { mskService } from './msk/service.ts'
import { secretsService } from './secrets/service.ts'
import type { AwsService } from './service.ts'
import { stsService } from './sts/service.ts'

/** Every AWS service that the endpoint serves. */
export function awsServices(
  { clusters, secrets, identities }: Pick<Fleet, 'clusters' | 'secrets' | 'identities'>,
  { clock, random }: { clock: Clock; random: Random },
): AwsService[] {
  const { configurations } = clusters
  return [
    mskService({ clusters, configurations, secrets }),
    secretsService({ secrets, clock, random }),
    stsService({ identities, clock, random }),
  ]
}
