import type { DescribeClusterRequest, DescribeClusterResponse } from '@aws-sdk/client-kafka'
import { clusterInfo, unreadableOf } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** A cluster in the shape of v1. What a change is about is told as it was until the change has ended. */
export const describeCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterRequest): DescribeClusterResponse => ({
    ClusterInfo:
      unreadableOf(services, input.ClusterArn) ??
      clusterInfo(clusterOf(services, input.ClusterArn), services.clusters),
  })
