import type {
  DescribeScalingActivitiesRequest,
  DescribeScalingActivitiesResponse,
  ScalingActivity,
} from '@aws-sdk/client-application-auto-scaling'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import {
  outcomeOf,
  type ScalableTargetRecord,
  type ScalingActivityRecord,
} from '../../../fleet/storage-scaling/scaling-record.ts'
import { isAskedFor, page, resourceOf } from '../scaled-resource.ts'
import { storageMetric } from '../scaling-policy-shape.ts'
import type { Services } from '../services.ts'

/** The latest first. */
export const describeScalingActivities =
  ({ storageScaling }: Pick<Services, 'storageScaling'>) =>
  (input: DescribeScalingActivitiesRequest): DescribeScalingActivitiesResponse => {
    const { ResourceId: id } = input
    const activities = (isAskedFor(input) ? storageScaling.list() : [])
      .filter(({ clusterArn }) => id === undefined || id === clusterArn)
      .flatMap((target) => target.activities.map((activity) => ({ target, activity })))
      .sort((a, b) => b.activity.startedAtMs - a.activity.startedAtMs)
    const { items, nextToken } = page(activities, ({ activity }) => activity.id, input)
    return {
      ScalingActivities: items.map(({ target, activity }) =>
        described(target, activity, storageScaling.clusterOf(target)),
      ),
      NextToken: nextToken,
    }
  }

function described(
  target: ScalableTargetRecord,
  activity: ScalingActivityRecord,
  cluster: ClusterRecord | undefined,
): ScalingActivity {
  const { status, endedAtMs, error } = outcomeOf(activity, cluster)
  const { fromGiB, toGiB, percent, policyName } = activity
  return {
    ...resourceOf(target),
    ActivityId: activity.id,
    Description: `Setting volume size to ${toGiB}.`,
    Cause: `${storageMetric} was ${percent.toFixed(1)}, above the target of policy ${policyName}: volumes had ${fromGiB} GiB.`,
    StartTime: new Date(activity.startedAtMs),
    ...(endedAtMs !== null && { EndTime: new Date(endedAtMs) }),
    StatusCode: status,
    ...(error && { StatusMessage: error.message }),
  }
}
