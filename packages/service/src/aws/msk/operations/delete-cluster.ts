import type { DeleteClusterRequest, DeleteClusterResponse } from '@aws-sdk/client-kafka'
import { badRequest, notFound } from '../../exceptions.ts'
import { clusterOf } from '../operation.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'

export const deleteCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: DeleteClusterRequest): DeleteClusterResponse => {
    const { arn } = clusterOf(services, input.ClusterArn)
    const result = stored('The deletion', () => services.clusters.delete(arn, input.CurrentVersion))
    if ('unknown' in result) throw notFound('The cluster does not exist.', 'clusterArn')
    if ('staleVersion' in result)
      throw badRequest(
        'The version of the cluster isn’t current. Check the current version and try again.',
        'currentVersion',
      )
    if ('wrongState' in result)
      throw badRequest(`You can't delete a cluster in ${result.wrongState.state} state.`, 'clusterArn')
    return { ClusterArn: arn, State: result.deleting.state }
  }
