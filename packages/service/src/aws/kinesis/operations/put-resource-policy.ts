import type { PutResourcePolicyInput } from '@aws-sdk/client-kinesis'
import { MalformedPolicy } from '../../../iam/policy/malformed-policy.ts'
import { policyOf } from '../../../iam/policy/policy.ts'
import { invalidArgument } from '../exceptions.ts'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Gives a stream or a consumer the policy that says what others may do with it, in place of any before. */
export const putResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: PutResourcePolicyInput): void => {
    const resource = resourceOf(services, input.ResourceARN)
    const { Policy: policy = '' } = input
    try {
      policyOf(policy, 'resource')
    } catch (error) {
      if (error instanceof MalformedPolicy) throw invalidArgument(error.message)
      throw error
    }
    resource.change({ policy })
  }
