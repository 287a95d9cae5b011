import type {
  PutScalingPolicyRequest,
  PutScalingPolicyResponse,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling'
import { validation } from '../exceptions.ts'
import { targetOf } from '../scaled-resource.ts'
import { storageMetric } from '../scaling-policy-shape.ts'
import type { Services } from '../services.ts'

/** MSK Developer Guide, "Automatic scaling for clusters". */
const targetPercent = { min: 10, max: 80 }

/**
 * Volumes grow when the fullest broker's is above the target. There is one policy, for there is one metric to follow.
 *
 * Refuses, in this order: another dimension, or one that nobody has registered; another kind of policy or metric; a target
 * outside of 10 to 80 percent; a second policy.
 */
export const putScalingPolicy =
  (services: Pick<Services, 'storageScaling'>) =>
  (input: PutScalingPolicyRequest): PutScalingPolicyResponse => {
    const target = targetOf(services, input)
    const { PolicyName: name = '', TargetTrackingScalingPolicyConfiguration: wanted } = input
    if ((input.PolicyType ?? 'TargetTrackingScaling') !== 'TargetTrackingScaling' || !wanted)
      throw validation(
        'The storage of brokers is scaled by policies of the type TargetTrackingScaling alone.',
      )
    checkMetric(wanted)
    if (target.policy && target.policy.name !== name)
      throw validation('Only one TargetTrackingScaling policy for a given metric specification is allowed.')
    const policy = services.storageScaling.putPolicy(target, {
      name,
      targetValue: wanted.TargetValue ?? 0,
      scaleOutCooldown: wanted.ScaleOutCooldown ?? null,
      scaleInCooldown: wanted.ScaleInCooldown ?? null,
      disableScaleIn: wanted.DisableScaleIn ?? null,
    })
    return { PolicyARN: policy.arn, Alarms: [] }
  }

function checkMetric({
  PredefinedMetricSpecification: predefined,
  TargetValue: value = 0,
}: TargetTrackingScalingPolicyConfiguration): void {
  if (predefined?.PredefinedMetricType !== storageMetric)
    throw validation(`The storage of brokers is scaled by the predefined metric ${storageMetric} alone.`)
  if (value < targetPercent.min || value > targetPercent.max)
    throw validation(
      `The target value of ${storageMetric} must be between ${targetPercent.min} and ${targetPercent.max}.`,
    )
}
