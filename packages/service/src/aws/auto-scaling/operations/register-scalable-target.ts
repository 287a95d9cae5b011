import type {
  RegisterScalableTargetRequest,
  RegisterScalableTargetResponse,
  SuspendedState,
} from '@aws-sdk/client-application-auto-scaling'
import { isExpress } from '../../../fleet/clusters/instance-types.ts'
import type { ScalableTargetRecord } from '../../../fleet/storage-scaling/scaling-record.ts'
import { validation } from '../exceptions.ts'
import { checkDimension } from '../scaled-resource.ts'
import type { Services } from '../services.ts'

const volumeGiBMax = 16_384

/**
 * The volumes of a cluster may be scaled between these sizes from now on; what a later call leaves away stays as it is.
 *
 * Refuses, in this order: another dimension; a cluster that is not there, or has no volumes to speak of; capacities that are
 * missing at first, or are no range.
 */
export const registerScalableTarget =
  ({ clusters, storageScaling }: Services) =>
  (input: RegisterScalableTargetRequest): RegisterScalableTargetResponse => {
    checkDimension(input)
    const cluster = clusters.byArn(input.ResourceId ?? '')
    if (!cluster || cluster.state === 'DELETING')
      throw validation(`MSK cluster doesn't exist: ${input.ResourceId}`)
    if (isExpress(cluster.spec.brokerNodeGroup.InstanceType))
      throw validation('The storage of Express brokers cannot be configured.')
    if (cluster.spec.serverless) throw validation('The storage of serverless clusters cannot be configured.')
    const before = storageScaling.of(cluster.arn)
    const minGiB = input.MinCapacity ?? before?.minGiB
    const maxGiB = input.MaxCapacity ?? before?.maxGiB
    if (minGiB === undefined || maxGiB === undefined)
      throw validation('The scalable target is new: MinCapacity and MaxCapacity must be specified.')
    if (![minGiB, maxGiB].every(Number.isSafeInteger) || minGiB < 1 || maxGiB > volumeGiBMax)
      throw validation(`Capacities must be whole numbers between 1 and ${volumeGiBMax}.`)
    if (minGiB > maxGiB) throw validation('Maximum capacity cannot be less than minimum capacity')
    const target = storageScaling.register(cluster, {
      minGiB,
      maxGiB,
      roleArn: input.RoleARN ?? before?.roleArn ?? serviceRole(cluster.arn),
      isSuspended: suspended(input.SuspendedState, before?.isSuspended),
      tags: { ...before?.tags, ...input.Tags },
    })
    return { ScalableTargetARN: target.arn }
  }

function suspended(
  wanted: SuspendedState | undefined,
  before: ScalableTargetRecord['isSuspended'] = { scaleIn: false, scaleOut: false, scheduled: false },
): ScalableTargetRecord['isSuspended'] {
  return {
    scaleIn: wanted?.DynamicScalingInSuspended ?? before.scaleIn,
    scaleOut: wanted?.DynamicScalingOutSuspended ?? before.scaleOut,
    scheduled: wanted?.ScheduledScalingSuspended ?? before.scheduled,
  }
}

/** The one that AWS makes for MSK. */
function serviceRole(clusterArn: string): string {
  const [, partition, , , account] = clusterArn.split(':')
  return `arn:${partition}:iam::${account}:role/aws-service-role/kafka.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_KafkaCluster`
}
