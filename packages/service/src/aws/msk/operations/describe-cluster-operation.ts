import type { DescribeClusterOperationRequest, DescribeClusterOperationResponse } from '@aws-sdk/client-kafka'
import { operationInfo } from '../operation-shapes.ts'
import { clusterOperationOf } from '../operation.ts'
import type { Services } from '../services.ts'

export const describeClusterOperation =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterOperationRequest): DescribeClusterOperationResponse => {
    const { record, operation } = clusterOperationOf(services, input.ClusterOperationArn)
    return { ClusterOperationInfo: operationInfo(record, operation) }
  }
