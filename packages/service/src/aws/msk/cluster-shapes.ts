import type { BrokerSoftwareInfo, Cluster, ClusterInfo, NodeInfo, StateInfo } from '@aws-sdk/client-kafka'
import type { ClusterRecord, NodeRecord } from '../../fleet/cluster-record.ts'
import { controllerNodeId } from '../../fleet/steps/allocate-ports.ts'

/** A cluster as v1 describes it. */
export function clusterInfo(record: ClusterRecord): ClusterInfo {
  const { spec } = record
  return {
    ...common(record),
    BrokerNodeGroupInfo: spec.brokerNodeGroup,
    ClientAuthentication: spec.clientAuthentication,
    CurrentBrokerSoftwareInfo: softwareInfo(record),
    EncryptionInfo: spec.encryption,
    EnhancedMonitoring: spec.enhancedMonitoring,
    OpenMonitoring: spec.openMonitoring,
    LoggingInfo: spec.loggingInfo,
    NumberOfBrokerNodes: spec.numberOfBrokerNodes,
    StorageMode: 'LOCAL',
    CustomerActionStatus: 'NONE',
  }
}

/** A cluster as v2 describes it: what only a provisioned one has is nested. */
export function clusterV2(record: ClusterRecord): Cluster {
  const { spec } = record
  return {
    ...common(record),
    ClusterType: 'PROVISIONED',
    Provisioned: {
      BrokerNodeGroupInfo: spec.brokerNodeGroup,
      ClientAuthentication: spec.clientAuthentication,
      CurrentBrokerSoftwareInfo: softwareInfo(record),
      EncryptionInfo: spec.encryption,
      EnhancedMonitoring: spec.enhancedMonitoring,
      OpenMonitoring: spec.openMonitoring,
      LoggingInfo: spec.loggingInfo,
      NumberOfBrokerNodes: spec.numberOfBrokerNodes,
      StorageMode: 'LOCAL',
      CustomerActionStatus: 'NONE',
    },
  }
}

function common(record: ClusterRecord) {
  return {
    ClusterArn: record.arn,
    ClusterName: record.name,
    CreationTime: new Date(record.createdAtMs),
    CurrentVersion: record.currentVersion,
    State: record.state,
    StateInfo: stateInfo(record),
    Tags: record.tags,
  }
}

function stateInfo({ stateInfo: info }: ClusterRecord): StateInfo | undefined {
  return info === null ? undefined : { Code: info.code, Message: info.message }
}

function softwareInfo({ spec }: ClusterRecord): BrokerSoftwareInfo {
  return { KafkaVersion: spec.kafkaVersion }
}

/** The nodes that run: brokers, then the controller, which has no brokerNodeInfo. */
export function nodeInfos(record: ClusterRecord, host: string): { key: number; info: NodeInfo }[] {
  if (record.nodes.length === 0 || record.ports.length === 0) return []
  const brokers = record.nodes.map((node) => ({ key: node.nodeId, info: brokerInfo(record, node, host) }))
  return [...brokers, { key: controllerNodeId, info: { ControllerNodeInfo: { Endpoints: [host] } } }]
}

function brokerInfo(record: ClusterRecord, node: NodeRecord, host: string): NodeInfo {
  const group = record.spec.brokerNodeGroup
  return {
    AddedToClusterTime: new Date(node.addedAtMs).toISOString(),
    BrokerNodeInfo: {
      AttachedENIId: node.interfaceId,
      BrokerId: node.nodeId,
      ClientSubnet: group.ClientSubnets?.[node.zone],
      ClientVpcIpAddress: host,
      CurrentBrokerSoftwareInfo: softwareInfo(record),
      Endpoints: [host],
    },
    // MSK leaves out the prefix here.
    InstanceType: group.InstanceType?.replace(/^kafka\./, ''),
    NodeARN: `${record.arn.replace(':cluster/', ':broker/')}/${node.uuid}`,
    NodeType: 'BROKER',
  }
}

/** `host:port` of the brokers' plaintext listeners. */
export function plaintextBootstrap(record: ClusterRecord, host: string): string {
  return record.ports
    .filter((port) => port.listener === 'CLIENT')
    .map(({ port }) => `${host}:${port}`)
    .join(',')
}
