import type { DescribeClusterRequest, DescribeClusterResponse } from '@aws-sdk/client-kafka'
import { clusterInfo } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

export const describeCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterRequest): DescribeClusterResponse => ({
    ClusterInfo: clusterInfo(clusterOf(services, input.ClusterArn), services.clusters),
  })
