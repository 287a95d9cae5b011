import type { DeleteClusterRequest, DeleteClusterResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Answers DELETING; the cluster is described until its brokers have stopped and its data are gone, then it is not found:
 * Terraform waits for that. `currentVersion` is optional here, alone among the calls that change a cluster.
 *
 * Refuses, in this order: the ARN; a version that is not current; a cluster that is being made, or deleted already.
 */
export const deleteCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: DeleteClusterRequest): DeleteClusterResponse => {
    const before = clusterOf(services, input.ClusterArn)
    const result = stored('The deletion', () => services.clusters.delete(before, input.CurrentVersion))
    if ('refusal' in result) throw exceptionOf(result.refusal)
    return { ClusterArn: before.arn, State: result.record.state }
  }
