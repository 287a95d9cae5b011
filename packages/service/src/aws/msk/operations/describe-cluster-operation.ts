import type { DescribeClusterOperationRequest, DescribeClusterOperationResponse } from '@aws-sdk/client-kafka'
import { operationInfo } from '../operation-shapes.ts'
import { clusterOperationOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * One change of a cluster, its steps, and what it changes from and to. Terraform waits here for UPDATE_COMPLETE and bears
 * only PENDING and UPDATE_IN_PROGRESS meanwhile.
 *
 * Operations go with their cluster: after that they are not found.
 */
export const describeClusterOperation =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterOperationRequest): DescribeClusterOperationResponse => {
    const { record, operation } = clusterOperationOf(services, input.ClusterOperationArn)
    return { ClusterOperationInfo: operationInfo(record, operation) }
  }
