import type {
  DescribeScalingPoliciesRequest,
  DescribeScalingPoliciesResponse,
} from '@aws-sdk/client-application-auto-scaling'
import { isAskedFor, page } from '../scaled-resource.ts'
import { describedPolicy } from '../scaling-policy-shape.ts'
import type { Services } from '../services.ts'

export const describeScalingPolicies =
  ({ storageScaling }: Pick<Services, 'storageScaling'>) =>
  (input: DescribeScalingPoliciesRequest): DescribeScalingPoliciesResponse => {
    const { PolicyNames: names = [], ResourceId: id } = input
    const policies = (isAskedFor(input) ? storageScaling.list() : [])
      .filter(({ clusterArn }) => id === undefined || id === clusterArn)
      .flatMap((target) => (target.policy ? [{ target, policy: target.policy }] : []))
      .filter(({ policy }) => names.length === 0 || names.includes(policy.name))
    const { items, nextToken } = page(policies, ({ target }) => target.uuid, input)
    return {
      ScalingPolicies: items.map(({ target, policy }) => describedPolicy(target, policy)),
      NextToken: nextToken,
    }
  }
