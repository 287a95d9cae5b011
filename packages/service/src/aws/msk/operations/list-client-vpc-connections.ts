import type { ListClientVpcConnectionsRequest, ListClientVpcConnectionsResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import { creationKey, page } from '../pagination.ts'
import type { Services } from '../services.ts'

/** The VPC connections with a cluster, as its owner sees them, in order of creation. */
export const listClientVpcConnections =
  (services: Pick<Services, 'clusters' | 'vpcConnections'>) =>
  (input: ListClientVpcConnectionsRequest): ListClientVpcConnectionsResponse => {
    const { arn } = clusterOf(services, input.ClusterArn)
    const own = services.vpcConnections.list().filter(({ clusterArn }) => clusterArn === arn)
    const { items, nextToken } = page(own, creationKey, input)
    return {
      ClientVpcConnections: items.map((record) => ({
        VpcConnectionArn: record.arn,
        Authentication: record.authentication,
        CreationTime: new Date(record.createdAtMs),
        State: record.state,
        Owner: services.clusters.place.account,
      })),
      NextToken: nextToken,
    }
  }
