import { isDeepStrictEqual } from 'node:util'
import type { BrokerSoftwareInfo, Cluster, ClusterInfo, NodeInfo, StateInfo } from '@aws-sdk/client-kafka'
import type { ClusterRecord, ClusterState, NodeRecord } from '../../fleet/clusters/cluster-record.ts'
import type { ClusterSpec } from '../../fleet/clusters/cluster-spec.ts'
import type { Clusters } from '../../fleet/clusters/clusters.ts'
import { type ClientListenerName, ListenerName, type NodeRole, sameNode } from '../../fleet/engines/engine.ts'
import { clusterTypeOf } from '../../fleet/clusters/serverless.ts'
import { connectString } from '../../fleet/clusters/addresses.ts'
import { shownTags } from '../../fleet/clusters/static-properties.ts'
import { activeChange } from '../../fleet/clusters/changes/change-life.ts'
import { sentenceOf } from '../../fleet/operating-error.ts'
import type { UnreadableRecord } from '../../fleet/record-store.ts'
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

/** What of a cluster's description does not stand in its record. */
interface Beside {
  stateInfo: ClusterRecord['stateInfo']
  zookeeper: string | undefined
}

/** The last description of each record, which is never changed, but replaced. */
const described = new WeakMap<ClusterRecord, { info: ClusterInfo; beside: Beside }>()

/** A cluster as v1 describes it; frozen, so that one that has not changed is put together and encoded once. */
export function clusterInfo(
  record: ClusterRecord,
  clusters: Pick<Clusters, 'addresses' | 'stateInfo'>,
): ClusterInfo {
  const beside = besideOf(record, clusters)
  const last = described.get(record)
  if (last && isDeepStrictEqual(last.beside, beside)) return last.info
  const info = Object.freeze({
    ...common(record, beside),
    ...provisioned(record, describedSpec(record), beside),
  })
  described.set(record, { info, beside })
  return info
}

function besideOf(record: ClusterRecord, clusters: Pick<Clusters, 'addresses' | 'stateInfo'>): Beside {
  const zookeeper = isServing(record) ? zookeeperConnectString(record, clusters) : undefined
  return { stateInfo: clusters.stateInfo(record), zookeeper }
}

/** A cluster as v2 describes it: what only one of the types has is nested. Of a serverless one that is little. */
export function clusterV2(
  record: ClusterRecord,
  clusters: Pick<Clusters, 'addresses' | 'stateInfo'>,
): Cluster {
  const spec = describedSpec(record)
  const beside = besideOf(record, clusters)
  const { serverless } = spec
  return {
    ...common(record, beside),
    ClusterType: clusterTypeOf(record),
    ...(serverless
      ? {
          Serverless: {
            ...serverless,
            ClientAuthentication: { Sasl: spec.clientAuthentication?.Sasl },
            ConnectivityInfo: { NetworkType: spec.brokerNodeGroup.ConnectivityInfo?.NetworkType },
          },
        }
      : { Provisioned: provisioned(record, spec, beside) }),
  }
}

/** A cluster whose record cannot be read, as far as anything of it is known. */
export function unreadableCluster({ arn, name, error }: UnreadableRecord): ClusterInfo & Cluster {
  return {
    ClusterArn: arn ?? undefined,
    ClusterName: name ?? undefined,
    State: 'FAILED',
    StateInfo: { Code: error.code, Message: sentenceOf(error) },
  }
}

/** The same of the one that an ARN names; undefined where that one can be read, or is not there. */
export function unreadableOf(
  { clusters }: { clusters: Pick<Clusters, 'unreadable'> },
  arn: string | undefined,
): (ClusterInfo & Cluster) | undefined {
  const found = clusters.unreadable().find((one) => one.arn !== null && one.arn === arn)
  return found && unreadableCluster(found)
}

/** What an operation changes is described as it was until it has ended: the record holds what shall be. */
function describedSpec(record: ClusterRecord): ClusterSpec {
  const change = activeChange(record)
  return change ? { ...record.spec, ...change.source } : record.spec
}

function common(record: ClusterRecord, beside: Beside) {
  const operation = activeChange(record)
  return {
    ActiveOperationArn: operation && operationArn(record, operation),
    ClusterArn: record.arn,
    ClusterName: record.name,
    CreationTime: new Date(record.createdAtMs),
    CurrentVersion: record.currentVersion,
    State: record.state,
    StateInfo: stateInfo(beside.stateInfo),
    Tags: shownTags(record.tags),
  }
}

function provisioned(record: ClusterRecord, spec: ClusterSpec, { zookeeper }: Beside) {
  return {
    BrokerNodeGroupInfo: spec.brokerNodeGroup,
    Rebalancing: spec.rebalancing,
    ClientAuthentication: spec.clientAuthentication,
    CurrentBrokerSoftwareInfo: softwareInfo(spec),
    EncryptionInfo: spec.encryption,
    EnhancedMonitoring: spec.enhancedMonitoring,
    OpenMonitoring: spec.openMonitoring,
    LoggingInfo: spec.loggingInfo,
    NumberOfBrokerNodes: spec.numberOfBrokerNodes,
    ZookeeperConnectString: zookeeper,
    StorageMode: 'LOCAL' as const,
    CustomerActionStatus: 'NONE' as const,
  }
}

function stateInfo(info: ClusterRecord['stateInfo']): StateInfo | undefined {
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

/** The nodes with an address, sorted by `key`: brokers, then controllers or ZooKeeper nodes. Each kind has its own shape. */
export function nodeInfos(
  record: ClusterRecord,
  clusters: Pick<Clusters, 'addresses' | 'engines'>,
): { key: number; info: NodeInfo }[] {
  const { quorum } = clusters.engines.of(record.engine)?.topology(record.spec) ?? {}
  return clusters
    .addresses(record)
    .filter((address, at, all) => all.findIndex((one) => sameNode(one, address)) === at)
    .flatMap((address) => {
      const node = record.nodes.find((one) => sameNode(one, address))
      // Broker 1 and ZooKeeper node 1 are two.
      const key = roleRanks[address.role] * 1_000_000 + address.nodeId
      return node ? [{ key, info: nodeInfo(record, node, address.host, quorum?.zookeeperVersion) }] : []
    })
    .sort((a, b) => a.key - b.key)
}

function nodeInfo(
  record: ClusterRecord,
  node: NodeRecord,
  host: string,
  zookeeperVersion: string | undefined,
): NodeInfo {
  switch (node.role) {
    case 'broker':
      return brokerInfo(record, node, host)
    case 'controller':
      return { ControllerNodeInfo: { Endpoints: [host] } }
    case 'zookeeper':
      return zookeeperInfo(record, node, host, zookeeperVersion)
  }
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

/**
 * `host:port` of this listener of one broker in each zone: enough to find the others by, whichever of them is alive. Of a
 * serverless cluster these are the brokers that never leave.
 */
export function bootstrapOf(
  record: ClusterRecord,
  listener: ClientListenerName,
  clusters: Pick<Clusters, 'addresses'>,
): string {
  const firstOfZone = new Map<number, NodeRecord>()
  for (const node of [...record.nodes].sort((a, b) => a.nodeId - b.nodeId))
    if (node.role === 'broker' && !firstOfZone.has(node.zone)) firstOfZone.set(node.zone, node)
  const chosen = [...firstOfZone.values()]
  return connectString(
    clusters
      .addresses(record)
      .filter((address) => address.listener === listener)
      .filter((address) => chosen.some((node) => sameNode(node, address))),
  )
}

function zookeeperConnectString(
  record: ClusterRecord,
  clusters: Pick<Clusters, 'addresses'>,
): string | undefined {
  // Most have none, and asking nodes where they are costs more than all the rest of a description.
  if (!record.ports.some(({ listener }) => listener === ListenerName.zookeeper)) return undefined
  const addresses = clusters.addresses(record)
  return connectString(addresses.filter(({ listener }) => listener === ListenerName.zookeeper)) || undefined
}
