import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts'
import { AwsException } from '../../exceptions.ts'
import type { OperationContext } from '../../service.ts'
import { checkDuration, credentialsShape, notServed } from '../sessions.ts'
import type { Services } from '../services.ts'

const usualSeconds = 43_200
const secondsMax = 129_600
/** Of whoever owns an account. */
const ownerSecondsMax = 3_600

/** Temporary credentials of the identity that asks, with its own rights. Refuses what is not served, sessions, the duration. */
export const getSessionToken =
  ({ identities, clock, random }: Pick<Services, 'identities' | 'clock' | 'random'>) =>
  (input: GetSessionTokenRequest, { owner }: OperationContext): GetSessionTokenResponse => {
    if (input.SerialNumber !== undefined) throw notServed('SerialNumber')
    if (owner.sessionToken !== undefined || owner.caller.type === 'AssumedRole')
      throw new AwsException('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials')
    const isOwner = owner.caller.type === 'Account'
    const { DurationSeconds: asked = isOwner ? ownerSecondsMax : usualSeconds } = input
    checkDuration(asked, secondsMax)
    const seconds = isOwner ? Math.min(asked, ownerSecondsMax) : asked
    const session = identities.issue(
      {
        identity: owner.caller.principalArn,
        name: null,
        policies: [],
        expiresAtMs: clock.now() + seconds * 1_000,
      },
      random,
    )
    return { Credentials: credentialsShape(session) }
  }
