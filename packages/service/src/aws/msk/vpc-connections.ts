import type { VpcConnection } from '@aws-sdk/client-kafka'
import type { VpcConnectionRecord } from '../../fleet/vpc-connections/vpc-connections.ts'
import { badRequest, notFound } from './exceptions.ts'
import type { Services } from './services.ts'

/** The VPC connection that an ARN names, or the exception of the model. */
export function vpcConnectionOf(
  { vpcConnections }: Pick<Services, 'vpcConnections'>,
  arn = '',
  parameter = 'arn',
): VpcConnectionRecord {
  if (!/^arn:[\w-]+:kafka:[\w-]*:\d*:vpc-connection\/\d*\/[0-9A-Za-z-]+\/[0-9A-Za-z-]+$/.test(arn))
    throw badRequest(`The parameter ${parameter} is not the ARN of a VPC connection.`, parameter)
  const record = vpcConnections.byArn(arn)
  if (!record) throw notFound('The VPC connection does not exist.', parameter)
  return record
}

/** As it is listed. */
export function vpcConnectionShape(record: VpcConnectionRecord): VpcConnection {
  return {
    VpcConnectionArn: record.arn,
    TargetClusterArn: record.clusterArn,
    CreationTime: new Date(record.createdAtMs),
    Authentication: record.authentication,
    VpcId: record.vpcId,
    State: record.state,
  }
}
