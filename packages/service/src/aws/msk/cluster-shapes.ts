import type { BrokerSoftwareInfo, Cluster, ClusterInfo, NodeInfo, StateInfo } from '@aws-sdk/client-kafka'
import type { ClusterRecord, ClusterState, NodeRecord } from '../../fleet/clusters/cluster-record.ts'
import type { ClusterSpec } from '../../fleet/clusters/cluster-spec.ts'
import type { Clusters } from '../../fleet/clusters/clusters.ts'
import type { ListenerName, NodeRole } from '../../fleet/engines/engine.ts'
import { activeChange } from '../../fleet/clusters/changes/change-life.ts'
import { operationArn } from './operation-shapes.ts'

/** The states in which brokers serve, and in which addresses are told. */
const servingStates: ReadonlySet<ClusterState> = new Set([
  'ACTIVE',
  'UPDATING',
  'REBOOTING_BROKER',
  'HEALING',
])

export function isServing({ state }: Pick<ClusterRecord, 'state'>): boolean {
  return servingStates.has(state)
}

/** A cluster as v1 describes it. */
export function clusterInfo(record: ClusterRecord, host: string): ClusterInfo {
  const spec = describedSpec(record)
  return { ...common(record), ...provisioned(record, spec, host) }
}

/** A cluster as v2 describes it: what only a provisioned one has is nested. */
export function clusterV2(record: ClusterRecord, host: string): Cluster {
  const spec = describedSpec(record)
  return {
    ...common(record),
    ClusterType: 'PROVISIONED',
    Provisioned: provisioned(record, spec, host),
  }
}

/** What an operation changes is described as it was until it has ended: the record holds what shall be. */
function describedSpec(record: ClusterRecord): ClusterSpec {
  return { ...record.spec, ...activeChange(record)?.source }
}

function common(record: ClusterRecord) {
  const operation = activeChange(record)
  return {
    ActiveOperationArn: operation && operationArn(record, operation),
    ClusterArn: record.arn,
    ClusterName: record.name,
    CreationTime: new Date(record.createdAtMs),
    CurrentVersion: record.currentVersion,
    State: record.state,
    StateInfo: stateInfo(record),
    Tags: record.tags,
  }
}

function provisioned(record: ClusterRecord, spec: ClusterSpec, host: string) {
  return {
    BrokerNodeGroupInfo: spec.brokerNodeGroup,
    ClientAuthentication: spec.clientAuthentication,
    CurrentBrokerSoftwareInfo: softwareInfo(spec),
    EncryptionInfo: spec.encryption,
    EnhancedMonitoring: spec.enhancedMonitoring,
    OpenMonitoring: spec.openMonitoring,
    LoggingInfo: spec.loggingInfo,
    NumberOfBrokerNodes: spec.numberOfBrokerNodes,
    ZookeeperConnectString: isServing(record)
      ? addresses(record, 'zookeeper', 'ZOOKEEPER', host) || undefined
      : undefined,
    StorageMode: 'LOCAL' as const,
    CustomerActionStatus: 'NONE' as const,
  }
}

function stateInfo({ stateInfo: info }: ClusterRecord): StateInfo | undefined {
  return info === null ? undefined : { Code: info.code, Message: info.message }
}

function softwareInfo({ kafkaVersion, configuration }: ClusterSpec): BrokerSoftwareInfo {
  return {
    KafkaVersion: kafkaVersion,
    ConfigurationArn: configuration?.arn,
    ConfigurationRevision: configuration?.revision,
  }
}

const roleRanks: Record<NodeRole, number> = { broker: 0, controller: 1, zookeeper: 2 }

/** The nodes that run, sorted by `key`: brokers, then controllers or ZooKeeper nodes. Each kind has its own shape. */
export function nodeInfos(
  record: ClusterRecord,
  { host, engines }: Pick<Clusters, 'host' | 'engines'>,
): { key: number; info: NodeInfo }[] {
  const { quorum } = engines.of(record.engine)?.topology(record.spec.kafkaVersion) ?? {}
  return record.nodes
    .filter(({ role, nodeId }) => record.ports.some((port) => port.role === role && port.nodeId === nodeId))
    .map((node) => ({
      // Broker 1 and ZooKeeper node 1 are two.
      key: roleRanks[node.role] * 1_000_000 + node.nodeId,
      info:
        node.role === 'broker'
          ? brokerInfo(record, node, host)
          : node.role === 'controller'
            ? { ControllerNodeInfo: { Endpoints: [host] } }
            : zookeeperInfo(record, node, host, quorum?.zookeeperVersion),
    }))
    .sort((a, b) => a.key - b.key)
}

function brokerInfo(record: ClusterRecord, node: NodeRecord, host: string): NodeInfo {
  const group = record.spec.brokerNodeGroup
  return {
    ...commonNodeInfo(record, node),
    BrokerNodeInfo: {
      AttachedENIId: node.interfaceId,
      BrokerId: node.nodeId,
      ClientSubnet: group.ClientSubnets?.[node.zone],
      ClientVpcIpAddress: host,
      CurrentBrokerSoftwareInfo: softwareInfo(describedSpec(record)),
      Endpoints: [host],
    },
    // MSK leaves out the prefix here.
    InstanceType: group.InstanceType?.replace(/^kafka\./, ''),
    NodeType: 'BROKER',
  }
}

function zookeeperInfo(
  record: ClusterRecord,
  node: NodeRecord,
  host: string,
  version: string | undefined,
): NodeInfo {
  return {
    ...commonNodeInfo(record, node),
    ZookeeperNodeInfo: {
      AttachedENIId: node.interfaceId,
      ClientVpcIpAddress: host,
      Endpoints: [host],
      ZookeeperId: node.nodeId,
      ZookeeperVersion: version,
    },
  }
}

function commonNodeInfo(record: ClusterRecord, node: NodeRecord) {
  return {
    AddedToClusterTime: new Date(node.addedAtMs).toISOString(),
    NodeARN: `${record.arn.replace(':cluster/', ':broker/')}/${node.uuid}`,
  }
}

/** `host:port` of a plaintext listener of one broker in each zone: enough to find the others by. */
export function plaintextBootstrap(record: ClusterRecord, host: string): string {
  const firstOfZone = new Map<number, NodeRecord>()
  for (const node of [...record.nodes].sort((a, b) => a.nodeId - b.nodeId))
    if (node.role === 'broker' && !firstOfZone.has(node.zone)) firstOfZone.set(node.zone, node)
  const ids = [...firstOfZone.values()].map(({ nodeId }) => nodeId)
  return addresses(record, 'broker', 'CLIENT', host, ids)
}

function addresses(
  record: ClusterRecord,
  role: NodeRole,
  listener: ListenerName,
  host: string,
  nodeIds?: readonly number[],
): string {
  return record.ports
    .filter((port) => port.role === role && port.listener === listener)
    .filter((port) => nodeIds === undefined || nodeIds.includes(port.nodeId))
    .sort((a, b) => a.nodeId - b.nodeId)
    .map(({ port }) => `${host}:${port}`)
    .join(',')
}
