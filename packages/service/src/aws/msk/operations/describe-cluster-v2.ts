import type { DescribeClusterV2Request, DescribeClusterV2Response } from '@aws-sdk/client-kafka'
import { clusterV2, unreadableOf } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * A cluster in the shape of v2: what only a provisioned one has is nested. Terraform waits with this operation, for a
 * cluster to become ACTIVE and for a deleted one to be not found.
 */
export const describeClusterV2 =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterV2Request): DescribeClusterV2Response => ({
    ClusterInfo:
      unreadableOf(services, input.ClusterArn) ??
      clusterV2(clusterOf(services, input.ClusterArn), services.clusters),
  })
