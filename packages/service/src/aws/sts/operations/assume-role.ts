import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts'
import { MalformedPolicy } from '../../../iam/policy/malformed-policy.ts'
import { policyOf } from '../../../iam/policy/policy.ts'
import { AwsException } from '../../exceptions.ts'
import type { OperationContext } from '../../service.ts'
import { checkDuration, credentialsShape, malformed, notServed, validation } from '../sessions.ts'
import type { Services } from '../services.ts'

const chainedSecondsMax = 3_600
const usualSeconds = 3_600
/** Of the policy, in characters. */
const policyLengthMax = 2_048

/**
 * Temporary credentials of a role. Whether the role trusts the caller is judged before, by its trust policy. The session has
 * no more rights than the role, and no more than its own policy gives.
 *
 * Refuses, in this order: what is not served; the name of the session; the duration, which the role bounds, and an hour
 * where one session begins another; a policy that is not understood.
 */
export const assumeRole =
  ({ identities, clock, random }: Pick<Services, 'identities' | 'clock' | 'random'>) =>
  (input: AssumeRoleRequest, { owner }: OperationContext): AssumeRoleResponse => {
    const role = identities.role(input.RoleArn ?? '')
    if (!role) throw new AwsException('AccessDenied', 403, `There is no role ${input.RoleArn}.`)
    for (const member of [
      'PolicyArns',
      'Tags',
      'TransitiveTagKeys',
      'SerialNumber',
      'ProvidedContexts',
    ] as const)
      if (input[member] !== undefined) throw notServed(member)
    const { RoleSessionName: name = '', DurationSeconds: seconds = usualSeconds, Policy: policy } = input
    if (!/^[\w+=,.@-]{2,64}$/.test(name))
      throw validation(
        'roleSessionName',
        name,
        'Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}',
      )
    checkDuration(seconds)
    if (seconds > role.sessionSecondsMax)
      throw malformed('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    if (owner.sessionToken !== undefined && seconds > chainedSecondsMax)
      throw malformed(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      )
    if (policy !== undefined) checkPolicy(policy)
    const session = identities.issue(
      {
        identity: role.arn,
        name,
        policies: policy === undefined ? [] : [policy],
        expiresAtMs: clock.now() + seconds * 1_000,
      },
      random,
    )
    const { arn, userId } = session.caller
    return {
      Credentials: credentialsShape(session),
      AssumedRoleUser: { Arn: arn, AssumedRoleId: userId },
      ...(policy !== undefined && { PackedPolicySize: Math.ceil((100 * policy.length) / policyLengthMax) }),
    }
  }

function checkPolicy(policy: string): void {
  try {
    if (policy.length > policyLengthMax)
      throw new MalformedPolicy(`A session's policy has at most ${policyLengthMax} characters.`)
    policyOf(policy, 'identity')
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error
    throw new AwsException('MalformedPolicyDocument', 400, error.message)
  }
}
