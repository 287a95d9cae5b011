import type { CreateClusterRequest, CreateClusterResponse } from '@aws-sdk/client-kafka'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'

export const createCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: CreateClusterRequest): CreateClusterResponse => {
    const { arn, name, state } = create(services, input)
    return { ClusterArn: arn, ClusterName: name, State: state }
  }

/** What CreateCluster and CreateClusterV2 share. */
export function create({ clusters }: Pick<Services, 'clusters'>, input: CreateClusterRequest): ClusterRecord {
  checkTags(input.Tags ?? {})
  const result = stored('The cluster', () => clusters.create(input))
  if ('refusal' in result) throw exceptionOf(result.refusal)
  return result.record
}
