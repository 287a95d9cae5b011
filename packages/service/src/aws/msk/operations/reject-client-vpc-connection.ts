import type { RejectClientVpcConnectionRequest } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { clusterOf } from '../operation.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { vpcConnectionOf } from '../vpc-connections.ts'

/**
 * The owner of a cluster rejects a VPC connection with it: REJECTING, then REJECTED. Answers `{}`.
 *
 * Refuses, in this order: the cluster's ARN; the connection's; one with another cluster; one that is in no state for it.
 */
export const rejectClientVpcConnection =
  (services: Pick<Services, 'clusters' | 'vpcConnections'>) =>
  (input: RejectClientVpcConnectionRequest): object => {
    const { arn } = clusterOf(services, input.ClusterArn)
    const record = vpcConnectionOf(services, input.VpcConnectionArn, 'vpcConnectionArn')
    if (record.clusterArn !== arn)
      throw badRequest('The VPC connection is one with another cluster.', 'vpcConnectionArn')
    if (record.state !== 'AVAILABLE' && record.state !== 'INACTIVE')
      throw badRequest(`You can't reject a VPC connection in ${record.state} state.`, 'vpcConnectionArn')
    stored('The rejection', () => services.vpcConnections.update(record, { state: 'REJECTING' }))
    return {}
  }
