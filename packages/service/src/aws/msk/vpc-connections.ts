import type { VpcConnection } from '@aws-sdk/client-kafka'
import type { VpcConnectionRecord } from '../../fleet/vpc-connections/vpc-connections.ts'
import { namedBy } from './arns.ts'
import type { Services } from './services.ts'

const vpcConnection = { type: 'vpc-connection', noun: 'VPC connection', parts: 3 }

/** The VPC connection that an ARN names, or the exception of the model. */
export function vpcConnectionOf(
  { vpcConnections }: Pick<Services, 'vpcConnections'>,
  arn: string | undefined,
  parameter = 'arn',
): VpcConnectionRecord {
  return namedBy(arn, vpcConnection, parameter, (wanted) => vpcConnections.byArn(wanted))
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
