import type { BrokerNodeGroupInfo, VpcConnectivityClientAuthentication } from '@aws-sdk/client-kafka'

/** How clients of other VPCs authenticate, by the names of VPC connections. */
export type VpcScheme = 'SASL_IAM' | 'SASL_SCRAM' | 'TLS'

/** How clients of other VPCs may come to a cluster; to a serverless one as they come to it from its own. */
export function vpcSchemesOfCluster({
  brokerNodeGroup,
  serverless,
}: {
  brokerNodeGroup: BrokerNodeGroupInfo
  serverless?: object
}): VpcScheme[] {
  if (serverless) return ['SASL_IAM']
  return vpcSchemesOf(brokerNodeGroup.ConnectivityInfo?.VpcConnectivity?.ClientAuthentication)
}

/** Of a cluster with public access. */
export const publicAccess = 'SERVICE_PROVIDED_EIPS'

/** Those that are enabled. */
export function vpcSchemesOf(authentication: VpcConnectivityClientAuthentication | undefined): VpcScheme[] {
  const { Sasl: sasl, Tls: tls } = authentication ?? {}
  return [
    ...(sasl?.Iam?.Enabled ? (['SASL_IAM'] as const) : []),
    ...(sasl?.Scram?.Enabled ? (['SASL_SCRAM'] as const) : []),
    ...(tls?.Enabled ? (['TLS'] as const) : []),
  ]
}
