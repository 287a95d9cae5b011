import type { DeleteResourcePolicyInput } from '@aws-sdk/client-kinesis'
import { notFound, stored } from '../exceptions.ts'
import { streamOfResource } from '../operation.ts'
import type { Services } from '../services.ts'

/** Takes its policy from a stream. */
export const deleteResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: DeleteResourcePolicyInput): void => {
    const stream = streamOfResource(services, input.ResourceARN, 'DeleteResourcePolicy')
    const { arn, policy } = stream.record
    if (policy === null) throw notFound(`No resource policy found for resource ARN ${arn}.`)
    stored(() => services.streams.describe(stream, { policy: null }))
  }
