import type { PutResourcePolicyRequest, PutResourcePolicyResponse } from '@aws-sdk/client-secrets-manager'
import { policyProblem } from '../../../iam/policy/policy.ts'
import { malformedPolicy, stored } from '../exceptions.ts'
import { usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** The secret has this policy from now on. Refuses the secret, then what is no policy of a resource. */
export const putResourcePolicy =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  ({ SecretId, ResourcePolicy = '' }: PutResourcePolicyRequest): PutResourcePolicyResponse => {
    const record = usableSecretOf({ secrets }, SecretId)
    if (policyProblem(ResourcePolicy, 'resource') !== null) throw malformedPolicy()
    stored(() => secrets.describe(record, { resourcePolicy: ResourcePolicy }))
    return { ARN: record.arn, Name: record.name }
  }
