import type { Clock, Random } from '@sluice/effects'
import type { Fleet } from '../fleet/fleet.ts'
import { mskService } from './msk/service.ts'
import { secretsService } from './secrets/service.ts'
import type { AwsService } from './service.ts'
import { stsService } from './sts/service.ts'

/** Every AWS service that the endpoint serves. */
export function awsServices(
  { clusters, secrets }: Pick<Fleet, 'clusters' | 'secrets'>,
  { clock, random }: { clock: Clock; random: Random },
): AwsService[] {
  const { configurations, place } = clusters
  return [
    mskService({ clusters, configurations, secrets }),
    secretsService({ secrets, clock, random }),
    stsService({ place }),
  ]
}
