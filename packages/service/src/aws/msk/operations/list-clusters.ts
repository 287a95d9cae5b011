import type { ListClustersRequest, ListClustersResponse } from '@aws-sdk/client-kafka'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import { clusterTypeOf } from '../../../fleet/clusters/serverless.ts'
import type { UnreadableRecord } from '../../../fleet/record-store.ts'
import { clusterInfo, unreadableCluster } from '../cluster-shapes.ts'
import { creationKey, page } from '../pagination.ts'
import type { Services } from '../services.ts'

/** Provisioned clusters in order of creation, those whose name begins with `clusterNameFilter`. */
export const listClusters =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListClustersRequest): ListClustersResponse => {
    const { items, nextToken } = clusterPage(services, input, 'PROVISIONED')
    const infoOf = (listed: ListedCluster) =>
      'error' in listed ? unreadableCluster(listed) : clusterInfo(listed, services.clusters)
    return {
      ClusterInfoList: items.map(infoOf),
      NextToken: nextToken,
    }
  }

export type ListedCluster = ClusterRecord | UnreadableRecord

/** What ListClusters and ListClustersV2 share; clusters of which the type cannot be read count as provisioned. */
export function clusterPage(
  { clusters }: Pick<Services, 'clusters'>,
  input: ListClustersRequest,
  type: string | undefined,
) {
  const prefix = input.ClusterNameFilter ?? ''
  const known = clusters.unreadable().filter(({ arn }) => arn !== null && type !== 'SERVERLESS')
  const isMeant = (record: ClusterRecord) => type === undefined || clusterTypeOf(record) === type
  const all: ListedCluster[] = [...clusters.list().filter(isMeant), ...known]
  return page(
    all.filter(({ name }) => name?.startsWith(prefix)),
    sortKey,
    input,
  )
}

/** Of those that cannot be read nobody knows when they were made: they come last. */
function sortKey(listed: ListedCluster): string {
  return 'error' in listed ? `unreadable/${listed.uuid}` : creationKey(listed)
}
