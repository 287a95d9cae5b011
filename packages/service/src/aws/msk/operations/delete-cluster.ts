import type { DeleteClusterRequest, DeleteClusterResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'

export const deleteCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: DeleteClusterRequest): DeleteClusterResponse => {
    const before = clusterOf(services, input.ClusterArn)
    const result = stored('The deletion', () => services.clusters.delete(before, input.CurrentVersion))
    if ('refusal' in result) throw exceptionOf(result.refusal)
    return { ClusterArn: before.arn, State: result.record.state }
  }
