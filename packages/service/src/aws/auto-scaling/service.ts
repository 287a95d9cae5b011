import { parseServiceSchema } from '../schema.ts'
import * as autoScaling from '../schemas/application-auto-scaling.generated.ts'
import type { AccessTarget, AwsService, Handler } from '../service.ts'
import { invalidNextToken, validation } from './exceptions.ts'
import { deleteScalingPolicy } from './operations/delete-scaling-policy.ts'
import { deregisterScalableTarget } from './operations/deregister-scalable-target.ts'
import { describeScalableTargets } from './operations/describe-scalable-targets.ts'
import { describeScalingActivities } from './operations/describe-scaling-activities.ts'
import { describeScalingPolicies } from './operations/describe-scaling-policies.ts'
import { putScalingPolicy } from './operations/put-scaling-policy.ts'
import { registerScalableTarget } from './operations/register-scalable-target.ts'
import type { Services } from './services.ts'

/** Application Auto Scaling, API version 2016-02-06, for the storage of MSK's brokers. */
export function autoScalingService(services: Services): AwsService {
  const handlers: Record<string, Handler> = {
    DeleteScalingPolicy: deleteScalingPolicy(services),
    DeregisterScalableTarget: deregisterScalableTarget(services),
    DescribeScalableTargets: describeScalableTargets(services),
    DescribeScalingActivities: describeScalingActivities(services),
    DescribeScalingPolicies: describeScalingPolicies(services),
    PutScalingPolicy: putScalingPolicy(services),
    RegisterScalableTarget: registerScalableTarget(services),
  }
  return {
    signingName: 'application-autoscaling',
    protocols: ['json-1.1'],
    targetPrefix: 'AnyScaleFrontendService',
    schema: parseServiceSchema(autoScaling),
    handlers: new Map(Object.entries(handlers)),
    constrain: () => {},
    badInput: validation,
    badToken: invalidNextToken,
    targetsOf: (_, input) => [targetOf(services, input)],
  }
}

/** Policies may name the scalable target; lists have none. */
function targetOf(
  { storageScaling }: Services,
  { ResourceId: id }: Readonly<Record<string, unknown>>,
): AccessTarget {
  const target = typeof id === 'string' ? storageScaling.of(id) : undefined
  return target ? { resource: target.arn, tags: target.tags } : { resource: '*' }
}
