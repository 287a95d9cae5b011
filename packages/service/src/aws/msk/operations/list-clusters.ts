import type { ListClustersRequest, ListClustersResponse } from '@aws-sdk/client-kafka'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import { clusterInfo } from '../cluster-shapes.ts'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'

/** Provisioned clusters in order of creation, those whose name begins with `clusterNameFilter`. */
export const listClusters =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListClustersRequest): ListClustersResponse => {
    const { items, nextToken } = clusterPage(services, input)
    return {
      ClusterInfoList: items.map((record) => clusterInfo(record, services.clusters)),
      NextToken: nextToken,
    }
  }

/** What ListClusters and ListClustersV2 share. */
export function clusterPage({ clusters }: Pick<Services, 'clusters'>, input: ListClustersRequest) {
  const prefix = input.ClusterNameFilter ?? ''
  const named = clusters.list().filter((record) => record.name.startsWith(prefix))
  return page(named, sortKey, input)
}

function sortKey({ createdAtMs, uuid }: ClusterRecord): string {
  return `${sortable(createdAtMs)}/${uuid}`
}
