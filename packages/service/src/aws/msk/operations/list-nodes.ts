import type { ListNodesRequest, ListNodesResponse } from '@aws-sdk/client-kafka'
import { nodeInfos } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'

/**
 * Brokers, then controllers or ZooKeeper nodes. The latter have no `brokerNodeInfo`, which has crashed tools that count
 * on it: MSK does so too.
 */
export const listNodes =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListNodesRequest): ListNodesResponse => {
    const nodes = nodeInfos(clusterOf(services, input.ClusterArn), services.clusters)
    const { items, nextToken } = page(nodes, ({ key }) => sortable(key), input)
    return { NodeInfoList: items.map(({ info }) => info), NextToken: nextToken }
  }
