import type { ListClustersV2Request, ListClustersV2Response } from '@aws-sdk/client-kafka'
import { clusterV2, unreadableCluster } from '../cluster-shapes.ts'
import type { Services } from '../services.ts'
import { clusterPage, type ListedCluster } from './list-clusters.ts'

/** Clusters of both types in order of creation; the type is filtered exactly, the name by its beginning. */
export const listClustersV2 =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListClustersV2Request): ListClustersV2Response => {
    const { items, nextToken } = clusterPage(services, input, input.ClusterTypeFilter)
    const infoOf = (listed: ListedCluster) =>
      'error' in listed ? unreadableCluster(listed) : clusterV2(listed, services.clusters)
    return {
      ClusterInfoList: items.map(infoOf),
      NextToken: nextToken,
    }
  }
