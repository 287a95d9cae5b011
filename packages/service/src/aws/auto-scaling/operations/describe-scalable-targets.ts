import type {
  DescribeScalableTargetsRequest,
  DescribeScalableTargetsResponse,
  ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling'
import type { ScalableTargetRecord } from '../../../fleet/storage-scaling/scaling-record.ts'
import { isAskedFor, page, resourceOf } from '../scaled-resource.ts'
import type { Services } from '../services.ts'

export const describeScalableTargets =
  ({ storageScaling }: Pick<Services, 'storageScaling'>) =>
  (input: DescribeScalableTargetsRequest): DescribeScalableTargetsResponse => {
    const targets = isAskedFor(input) ? storageScaling.list() : []
    const { ResourceIds: ids = [] } = input
    const named = targets.filter(({ clusterArn }) => ids.length === 0 || ids.includes(clusterArn))
    const { items, nextToken } = page(named, ({ uuid }) => uuid, input)
    return { ScalableTargets: items.map(describedTarget), NextToken: nextToken }
  }

function describedTarget(target: ScalableTargetRecord): ScalableTarget {
  const { scaleIn, scaleOut, scheduled } = target.isSuspended
  return {
    ...resourceOf(target),
    MinCapacity: target.minGiB,
    MaxCapacity: target.maxGiB,
    RoleARN: target.roleArn,
    CreationTime: new Date(target.createdAtMs),
    ScalableTargetARN: target.arn,
    SuspendedState: {
      DynamicScalingInSuspended: scaleIn,
      DynamicScalingOutSuspended: scaleOut,
      ScheduledScalingSuspended: scheduled,
    },
  }
}
