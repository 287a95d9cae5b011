import type { DeleteScalingPolicyRequest } from '@aws-sdk/client-application-auto-scaling'
import { objectNotFound } from '../exceptions.ts'
import { targetOf } from '../scaled-resource.ts'
import type { Services } from '../services.ts'

export const deleteScalingPolicy =
  (services: Pick<Services, 'storageScaling'>) =>
  (input: DeleteScalingPolicyRequest): void => {
    const target = targetOf(services, input)
    if (target.policy?.name !== input.PolicyName)
      throw objectNotFound(
        `No scaling policy found for service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, scalable dimension: ${input.ScalableDimension}: ${input.PolicyName}`,
      )
    services.storageScaling.deletePolicy(target)
  }
