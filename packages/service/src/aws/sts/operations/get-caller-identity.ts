import type { GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import { rootArn } from '../../../fleet/place.ts'
import type { Services } from '../services.ts'

/** Who has signed: the one key of a data directory is its account's root. */
export const getCallerIdentity =
  ({ place }: Services) =>
  (): GetCallerIdentityResponse => ({
    Account: place.account,
    Arn: rootArn(place),
    UserId: place.account,
  })
