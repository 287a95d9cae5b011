import type { GetResourcePolicyInput, GetResourcePolicyOutput } from '@aws-sdk/client-kinesis'
import { notFound } from '../exceptions.ts'
import { streamOfResource } from '../operation.ts'
import type { Services } from '../services.ts'

/** The policy of a stream, as it was given. */
export const getResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: GetResourcePolicyInput): GetResourcePolicyOutput => {
    const { record } = streamOfResource(services, input.ResourceARN, 'GetResourcePolicy')
    if (record.policy === null) throw notFound(`No resource policy found for resource ARN ${record.arn}.`)
    return { Policy: record.policy }
  }
