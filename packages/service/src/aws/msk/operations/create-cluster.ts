import type { CreateClusterRequest, CreateClusterResponse } from '@aws-sdk/client-kafka'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { checkLogging } from '../logging.ts'
import { checkTags } from '../tags.ts'

/**
 * Writes down the cluster that is wanted, answers CREATING, and leaves the work to the reconciler. v1 knows provisioned
 * clusters only.
 *
 * Refuses, in this order: tags; a destination of logs that there is not; the engine that they name; name, version, subnets and number of brokers, instance type
 * and what else of the request is not served; the configuration; the broker properties (400, or 501 for what AWS has and
 * Sluice has not); a name that is taken (409). There is no client token: the name guards against a second one.
 */
export const createCluster =
  (services: Pick<Services, 'clusters' | 'logGroups'>) =>
  (input: CreateClusterRequest): CreateClusterResponse => {
    const { arn, name, state } = create(services, input)
    return { ClusterArn: arn, ClusterName: name, State: state }
  }

/** What CreateCluster and CreateClusterV2 share. */
export function create(
  services: Pick<Services, 'clusters' | 'logGroups'>,
  input: CreateClusterRequest,
): ClusterRecord {
  checkTags(input.Tags ?? {})
  checkLogging(services, input.LoggingInfo)
  const { clusters } = services
  const result = stored('The cluster', () => clusters.create(input))
  if ('refusal' in result) throw exceptionOf(result.refusal)
  return result.record
}
