import type {
  DescribeClusterOperationV2Request,
  DescribeClusterOperationV2Response,
} from '@aws-sdk/client-kafka'
import { operationV2 } from '../operation-shapes.ts'
import { clusterOperationOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * DescribeClusterOperation in the shape of v2: `startTime` for `creationTime`, details under `provisioned`.
 */
export const describeClusterOperationV2 =
  (services: Pick<Services, 'clusters'>) =>
  (input: DescribeClusterOperationV2Request): DescribeClusterOperationV2Response => {
    const { record, operation } = clusterOperationOf(services, input.ClusterOperationArn)
    return { ClusterOperationInfo: operationV2(record, operation) }
  }
