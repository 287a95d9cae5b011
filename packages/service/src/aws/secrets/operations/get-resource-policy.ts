import type { GetResourcePolicyRequest, GetResourcePolicyResponse } from '@aws-sdk/client-secrets-manager'
import { usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** The policy as it was given; one that there is not is left out. */
export const getResourcePolicy =
  (services: Pick<Services, 'secrets'>) =>
  (input: GetResourcePolicyRequest): GetResourcePolicyResponse => {
    const { arn, name, resourcePolicy } = usableSecretOf(services, input.SecretId)
    return { ARN: arn, Name: name, ...(resourcePolicy !== undefined && { ResourcePolicy: resourcePolicy }) }
  }
