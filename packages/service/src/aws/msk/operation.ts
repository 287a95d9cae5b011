import type { ClusterRecord } from '../../fleet/cluster-record.ts'
import { badRequest, notFound } from '../exceptions.ts'
import type { Services } from './services.ts'

/** The cluster that an ARN names, or the exception of the model. */
export function clusterOf(
  { clusters }: Pick<Services, 'clusters'>,
  arn: string | undefined,
  parameter = 'clusterArn',
): ClusterRecord {
  if (!isClusterArn(arn))
    throw badRequest(`The parameter ${parameter} is not the ARN of a cluster.`, parameter)
  const record = clusters.byArn(arn)
  if (!record) throw notFound('The cluster does not exist.', parameter)
  return record
}

function isClusterArn(arn: string | undefined): arn is string {
  return arn !== undefined && /^arn:[\w-]+:kafka:[\w-]*:\d*:cluster\/[0-9A-Za-z-]+\/[0-9A-Za-z-]+$/.test(arn)
}
