import type { ScalingPolicy } from '@aws-sdk/client-application-auto-scaling'
import type { ScalableTargetRecord, ScalingPolicyRecord } from '../../fleet/storage-scaling/scaling-record.ts'
import { resourceOf } from './scaled-resource.ts'

/** The one that MSK's brokers are scaled by. */
export const storageMetric = 'KafkaBrokerStorageUtilization'

export function describedPolicy(target: ScalableTargetRecord, policy: ScalingPolicyRecord): ScalingPolicy {
  return {
    ...resourceOf(target),
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    PolicyType: 'TargetTrackingScaling',
    CreationTime: new Date(policy.createdAtMs),
    Alarms: [],
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: policy.targetValue,
      PredefinedMetricSpecification: { PredefinedMetricType: storageMetric },
      ...(policy.scaleOutCooldown !== null && { ScaleOutCooldown: policy.scaleOutCooldown }),
      ...(policy.scaleInCooldown !== null && { ScaleInCooldown: policy.scaleInCooldown }),
      ...(policy.disableScaleIn !== null && { DisableScaleIn: policy.disableScaleIn }),
    },
  }
}
