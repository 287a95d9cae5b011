import type { ListClusterOperationsV2Request, ListClusterOperationsV2Response } from '@aws-sdk/client-kafka'
import { operationSummary } from '../operation-shapes.ts'
import type { Services } from '../services.ts'
import { operationPage } from './list-cluster-operations.ts'

/**
 * ListClusterOperations in the shape of v2: summaries, for whose details DescribeClusterOperationV2 is there.
 */
export const listClusterOperationsV2 =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListClusterOperationsV2Request): ListClusterOperationsV2Response => {
    const { record, items, nextToken } = operationPage(services, input)
    return {
      ClusterOperationInfoList: items.map((operation) => operationSummary(record, operation)),
      NextToken: nextToken,
    }
  }
