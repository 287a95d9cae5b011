import type { ListClusterOperationsRequest, ListClusterOperationsResponse } from '@aws-sdk/client-kafka'
import type { ChangeRecord } from '../../../fleet/clusters/cluster-record.ts'
import { operationInfo } from '../operation-shapes.ts'
import { clusterOf } from '../operation.ts'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'

/** The changes of a cluster, the last one first. Refuses the ARN, then page size and token. */
export const listClusterOperations =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListClusterOperationsRequest): ListClusterOperationsResponse => {
    const { record, items, nextToken } = operationPage(services, input)
    return {
      ClusterOperationInfoList: items.map((operation) => operationInfo(record, operation)),
      NextToken: nextToken,
    }
  }

/** What ListClusterOperations and ListClusterOperationsV2 share. The last operation comes first. */
export function operationPage(services: Pick<Services, 'clusters'>, input: ListClusterOperationsRequest) {
  const record = clusterOf(services, input.ClusterArn)
  const sorted = [...record.changes].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  return { record, ...page(sorted, sortKey, input) }
}

function sortKey({ createdAtMs, uuid }: ChangeRecord): string {
  return `${sortable(Number.MAX_SAFE_INTEGER - createdAtMs)}/${uuid}`
}
