import type { ListVpcConnectionsRequest, ListVpcConnectionsResponse } from '@aws-sdk/client-kafka'
import { creationKey, page } from '../pagination.ts'
import type { Services } from '../services.ts'
import { vpcConnectionShape } from '../vpc-connections.ts'

/** All VPC connections in order of creation. */
export const listVpcConnections =
  ({ vpcConnections }: Pick<Services, 'vpcConnections'>) =>
  (input: ListVpcConnectionsRequest): ListVpcConnectionsResponse => {
    const { items, nextToken } = page(vpcConnections.list(), creationKey, input)
    return { VpcConnections: items.map(vpcConnectionShape), NextToken: nextToken }
  }
