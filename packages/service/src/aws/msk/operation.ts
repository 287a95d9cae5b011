import type { ChangeRecord, ClusterPolicyRecord, ClusterRecord } from '../../fleet/clusters/cluster-record.ts'
import type { Update } from '../../fleet/clusters/changes/update.ts'
import {
  type ConfigurationRecord,
  configurationArnPattern,
} from '../../fleet/configurations/configurations.ts'
import { sentenceOf } from '../../fleet/operating-error.ts'
import { namedBy } from './arns.ts'
import { badRequest, notFound } from './exceptions.ts'
import { operationArn } from './operation-shapes.ts'
import { exceptionOf, stored } from './refusal.ts'
import type { OperationContext } from '../service.ts'
import type { Services } from './services.ts'

const cluster = { type: 'cluster', noun: 'cluster', parts: 2 }
const clusterOperation = { type: 'cluster-operation', noun: 'cluster operation', parts: 3 }

/** The cluster that an ARN names, or the exception of the model. */
export function clusterOf(
  { clusters }: Pick<Services, 'clusters'>,
  arn: string | undefined,
  parameter = 'clusterArn',
): ClusterRecord {
  return namedBy(arn, cluster, parameter, (wanted) => {
    const unreadable = clusters.unreadable().find((one) => one.arn === wanted)
    if (unreadable) throw badRequest(sentenceOf(unreadable.error), parameter)
    return clusters.byArn(wanted)
  })
}

/** The cluster that an ARN names, and its policy, which it must have. */
export function policyOfCluster(
  services: Pick<Services, 'clusters'>,
  arn: string | undefined,
): { record: ClusterRecord; policy: ClusterPolicyRecord } {
  const record = clusterOf(services, arn)
  if (!record.policy) throw notFound('The cluster has no cluster policy.', 'clusterArn')
  return { record, policy: record.policy }
}

/** Takes a change of a cluster in hand; the answer of every operation that does so. */
export function update(
  services: Pick<Services, 'clusters'>,
  arn: string | undefined,
  wanted: Update,
  { requestId }: OperationContext,
): { ClusterArn: string; ClusterOperationArn: string } {
  const before = clusterOf(services, arn)
  const result = stored('The update', () => services.clusters.update(before, wanted, requestId))
  if ('refusal' in result) throw exceptionOf(result.refusal)
  const { record, change } = result
  return { ClusterArn: record.arn, ClusterOperationArn: operationArn(record, change) }
}

/** The operation that an ARN names. Those of a deleted cluster went with it. */
export function clusterOperationOf(
  { clusters }: Pick<Services, 'clusters'>,
  arn: string | undefined,
): { record: ClusterRecord; operation: ChangeRecord } {
  return namedBy(arn, clusterOperation, 'clusterOperationArn', (wanted) => {
    const ofCluster = wanted.slice(0, wanted.lastIndexOf('/')).replace(':cluster-operation/', ':cluster/')
    const record = clusters.byArn(ofCluster)
    const operation = record?.changes.find((one) => operationArn(record, one) === wanted)
    return record && operation && { record, operation }
  })
}

/** The configuration that an ARN names. MSK says 400 where there is none, and Terraform waits for these words. */
export function configurationOf(
  { configurations }: Pick<Services, 'configurations'>,
  arn = '',
): ConfigurationRecord {
  if (!configurationArnPattern.test(arn)) throw badRequest('Invalid Configuration ARN.', 'arn')
  const record = configurations.byArn(arn)
  if (!record) throw badRequest('Configuration ARN does not exist', 'arn')
  return record
}
