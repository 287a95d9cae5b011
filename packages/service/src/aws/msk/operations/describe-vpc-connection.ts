import type { DescribeVpcConnectionRequest, DescribeVpcConnectionResponse } from '@aws-sdk/client-kafka'
import type { Services } from '../services.ts'
import { vpcConnectionOf, vpcConnectionShape } from '../vpc-connections.ts'

/** A VPC connection with its subnets, security groups and tags. */
export const describeVpcConnection =
  (services: Pick<Services, 'vpcConnections'>) =>
  (input: DescribeVpcConnectionRequest): DescribeVpcConnectionResponse => {
    const record = vpcConnectionOf(services, input.Arn)
    const { subnets, securityGroups, tags } = record
    return { ...vpcConnectionShape(record), Subnets: subnets, SecurityGroups: securityGroups, Tags: tags }
  }
