import type { GetResourcePolicyInput, GetResourcePolicyOutput } from '@aws-sdk/client-kinesis'
import { notFound } from '../exceptions.ts'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** The policy of a stream or a consumer, as it was given. */
export const getResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: GetResourcePolicyInput): GetResourcePolicyOutput => {
    const { arn, policy } = resourceOf(services, input.ResourceARN)
    if (policy === null) throw notFound(`No resource policy found for resource ARN ${arn}.`)
    return { Policy: policy }
  }
