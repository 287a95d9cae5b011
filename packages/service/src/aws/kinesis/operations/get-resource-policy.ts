import type { GetResourcePolicyInput, GetResourcePolicyOutput } from '@aws-sdk/client-kinesis'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** The policy of a stream, a consumer or a queue, as it was given; an empty object where there is none. */
export const getResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: GetResourcePolicyInput): GetResourcePolicyOutput => {
    const { policy } = resourceOf(services, input.ResourceARN)
    return { Policy: policy ?? '{}' }
  }
