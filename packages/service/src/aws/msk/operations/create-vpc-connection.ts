import type { CreateVpcConnectionRequest, CreateVpcConnectionResponse } from '@aws-sdk/client-kafka'
import { vpcSchemesOfCluster } from '../../../fleet/clusters/vpc-schemes.ts'
import { badRequest } from '../exceptions.ts'
import { clusterOf } from '../operation.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'

/**
 * Connects a VPC with a cluster, which is described alone: there are no VPCs here. CREATING, then AVAILABLE.
 *
 * Refuses, in this order: tags; the ARN; a cluster that is not ACTIVE; an authentication that the cluster's VPC
 * connectivity has not turned on; another number of subnets than the cluster has.
 */
export const createVpcConnection =
  (services: Pick<Services, 'clusters' | 'vpcConnections'>) =>
  (input: CreateVpcConnectionRequest): CreateVpcConnectionResponse => {
    const { Authentication = '', ClientSubnets = [], SecurityGroups = [], VpcId = '', Tags = {} } = input
    checkTags(Tags)
    const cluster = clusterOf(services, input.TargetClusterArn, 'targetClusterArn')
    if (cluster.state !== 'ACTIVE')
      throw badRequest(
        `You can't connect a VPC with a cluster in ${cluster.state} state.`,
        'targetClusterArn',
      )
    const schemes = vpcSchemesOfCluster(cluster.spec)
    if (!schemes.some((scheme) => scheme === Authentication))
      throw badRequest(
        `The cluster has no VPC connectivity for the authentication ${Authentication}. Valid values: [${schemes.join(', ')}]`,
        'authentication',
      )
    const { brokerNodeGroup, serverless } = cluster.spec
    const subnets = (serverless?.VpcConfigs[0]?.SubnetIds ?? brokerNodeGroup.ClientSubnets ?? []).length
    if (ClientSubnets.length !== subnets)
      throw badRequest(`Specify as many client subnets as the cluster has: ${subnets}.`, 'clientSubnets')
    const record = stored('The VPC connection', () =>
      services.vpcConnections.create(cluster, {
        authentication: Authentication,
        vpcId: VpcId,
        subnets: ClientSubnets,
        securityGroups: SecurityGroups,
        tags: Tags,
      }),
    )
    return {
      VpcConnectionArn: record.arn,
      State: record.state,
      Authentication: record.authentication,
      VpcId: record.vpcId,
      ClientSubnets: record.subnets,
      SecurityGroups: record.securityGroups,
      CreationTime: new Date(record.createdAtMs),
      Tags: record.tags,
    }
  }
