import type { DeleteResourcePolicyInput } from '@aws-sdk/client-kinesis'
import { notFound } from '../exceptions.ts'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Takes its policy from a stream or a consumer. */
export const deleteResourcePolicy =
  (services: Pick<Services, 'streams'>) =>
  (input: DeleteResourcePolicyInput): void => {
    const resource = resourceOf(services, input.ResourceARN)
    const { arn, policy } = resource
    if (policy === null) throw notFound(`No resource policy found for resource ARN ${arn}.`)
    resource.change({ policy: null })
  }
