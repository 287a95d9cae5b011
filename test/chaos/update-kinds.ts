import {
  type ClusterInfo,
  CreateConfigurationCommand,
  GetCompatibleKafkaVersionsCommand,
  type KafkaClient,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
  UpdateBrokerStorageCommand,
  UpdateBrokerTypeCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
  UpdateConnectivityCommand,
  UpdateMonitoringCommand,
  UpdateRebalancingCommand,
  UpdateSecurityCommand,
  UpdateStorageCommand,
} from '@aws-sdk/client-kafka'

/** One update of a cluster, and how to see that the cluster is as it says. */
export interface Change {
  ask: () => Promise<{ ClusterOperationArn?: string | undefined }>
  holds: (info: ClusterInfo) => boolean
}

/** Makes of a cluster as it is a change of one kind; null where there is none left. */
type UpdateKind = (client: KafkaClient, info: ClusterInfo) => Promise<Change | null> | Change | null

const sizeOf = (info: ClusterInfo) => info.BrokerNodeGroupInfo?.StorageInfo?.EbsStorageInfo?.VolumeSize ?? 0
const targetOf = ({ ClusterArn, CurrentVersion }: ClusterInfo) => ({ ClusterArn, CurrentVersion })

const brokerCount: UpdateKind = (client, info) => {
  const wanted = info.NumberOfBrokerNodes === 3 ? 6 : 3
  return {
    ask: () =>
      client.send(new UpdateBrokerCountCommand({ ...targetOf(info), TargetNumberOfBrokerNodes: wanted })),
    holds: ({ NumberOfBrokerNodes }) => NumberOfBrokerNodes === wanted,
  }
}

const brokerStorage: UpdateKind = (client, info) => {
  const VolumeSizeGB = sizeOf(info) + 100
  const TargetBrokerEBSVolumeInfo = [{ KafkaBrokerNodeId: 'All', VolumeSizeGB }]
  return {
    ask: () => client.send(new UpdateBrokerStorageCommand({ ...targetOf(info), TargetBrokerEBSVolumeInfo })),
    holds: (now) => sizeOf(now) === VolumeSizeGB,
  }
}

const storage: UpdateKind = (client, info) => {
  const VolumeSizeGB = sizeOf(info) + 100
  return {
    ask: () => client.send(new UpdateStorageCommand({ ...targetOf(info), VolumeSizeGB })),
    holds: (now) => sizeOf(now) === VolumeSizeGB,
  }
}

const brokerType: UpdateKind = (client, info) => {
  const now = info.BrokerNodeGroupInfo?.InstanceType
  const TargetInstanceType = now === 'kafka.m5.large' ? 'kafka.m5.xlarge' : 'kafka.m5.large'
  return {
    ask: () => client.send(new UpdateBrokerTypeCommand({ ...targetOf(info), TargetInstanceType })),
    holds: ({ BrokerNodeGroupInfo }) => BrokerNodeGroupInfo?.InstanceType === TargetInstanceType,
  }
}

let configurations = 0

const configuration: UpdateKind = async (client, info) => {
  const { Arn } = await client.send(
    new CreateConfigurationCommand({
      Name: `chaos-${configurations}`,
      ServerProperties: Buffer.from(`num.io.threads=${2 + (configurations++ % 7)}\n`),
    }),
  )
  const ConfigurationInfo = { Arn, Revision: 1 }
  return {
    ask: () => client.send(new UpdateClusterConfigurationCommand({ ...targetOf(info), ConfigurationInfo })),
    holds: ({ CurrentBrokerSoftwareInfo }) => CurrentBrokerSoftwareInfo?.ConfigurationArn === Arn,
  }
}

const connectivity: UpdateKind = (client, info) => {
  const vpcOf = (one: ClusterInfo) =>
    one.BrokerNodeGroupInfo?.ConnectivityInfo?.VpcConnectivity?.ClientAuthentication?.Sasl?.Iam?.Enabled ===
    true
  const Enabled = !vpcOf(info)
  const ConnectivityInfo = { VpcConnectivity: { ClientAuthentication: { Sasl: { Iam: { Enabled } } } } }
  return {
    ask: () => client.send(new UpdateConnectivityCommand({ ...targetOf(info), ConnectivityInfo })),
    holds: (now) => vpcOf(now) === Enabled,
  }
}

const kafkaVersion: UpdateKind = async (client, info) => {
  const { CompatibleKafkaVersions: found = [] } = await client.send(
    new GetCompatibleKafkaVersionsCommand({ ClusterArn: info.ClusterArn }),
  )
  const TargetKafkaVersion = found[0]?.TargetVersions?.[0]
  if (TargetKafkaVersion === undefined) return null
  return {
    ask: () => client.send(new UpdateClusterKafkaVersionCommand({ ...targetOf(info), TargetKafkaVersion })),
    holds: ({ CurrentBrokerSoftwareInfo }) => CurrentBrokerSoftwareInfo?.KafkaVersion === TargetKafkaVersion,
  }
}

const monitoring: UpdateKind = (client, info) => {
  const EnhancedMonitoring = info.EnhancedMonitoring === 'DEFAULT' ? 'PER_BROKER' : 'DEFAULT'
  const exporter = { EnabledInBroker: EnhancedMonitoring === 'PER_BROKER' }
  const OpenMonitoring = { Prometheus: { JmxExporter: exporter, NodeExporter: { EnabledInBroker: true } } }
  return {
    ask: () =>
      client.send(new UpdateMonitoringCommand({ ...targetOf(info), EnhancedMonitoring, OpenMonitoring })),
    holds: (now) => now.EnhancedMonitoring === EnhancedMonitoring,
  }
}

const security: UpdateKind = (client, info) => {
  const scramOf = (one: ClusterInfo) => one.ClientAuthentication?.Sasl?.Scram?.Enabled === true
  const Enabled = !scramOf(info)
  const ClientAuthentication = {
    Sasl: { Iam: { Enabled: true }, Scram: { Enabled } },
    Unauthenticated: { Enabled: true },
  }
  return {
    ask: () => client.send(new UpdateSecurityCommand({ ...targetOf(info), ClientAuthentication })),
    holds: (now) => scramOf(now) === Enabled,
  }
}

const reboot: UpdateKind = (client, { ClusterArn }) => ({
  ask: () => client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['2'] })),
  holds: () => true,
})

const rebalancing: UpdateKind = (client, info) => {
  const Status = info.Rebalancing?.Status === 'ACTIVE' ? 'PAUSED' : 'ACTIVE'
  return {
    ask: () => client.send(new UpdateRebalancingCommand({ ...targetOf(info), Rebalancing: { Status } })),
    holds: (now) => now.Rebalancing?.Status === Status,
  }
}

/** Every update that MSK has, by the cluster that can have it. */
export const updateKinds: readonly (readonly [
  name: string,
  of: 'standard' | 'express' | 'fresh',
  kind: UpdateKind,
])[] = [
  ['UpdateBrokerCount', 'standard', brokerCount],
  ['UpdateClusterConfiguration', 'standard', configuration],
  ['UpdateSecurity', 'standard', security],
  ['RebootBroker', 'standard', reboot],
  ['UpdateClusterKafkaVersion', 'standard', kafkaVersion],
  ['UpdateMonitoring', 'standard', monitoring],
  ['UpdateBrokerStorage', 'fresh', brokerStorage],
  ['UpdateBrokerType', 'standard', brokerType],
  ['UpdateConnectivity', 'standard', connectivity],
  ['UpdateStorage', 'fresh', storage],
  ['UpdateRebalancing', 'express', rebalancing],
]
