import {
  type ClientListenerName,
  type EngineCluster,
  type Hosting,
  isClientListener,
  type LocalNode,
  type NodeKey,
  type NodeListener,
  type NodeRole,
  type ObservedNode,
  sameNode,
} from '../engines/engine.ts'
import { sentenceOf } from '../operating-error.ts'
import type { UnreadableRecord } from '../record-store.ts'
import { connectString, type ListenerAddress } from './addresses.ts'
import type { ClusterRecord } from './cluster-record.ts'
import { comesAndGoes } from './serverless.ts'
import type { MovedPort } from './steps/pass.ts'

/** One cluster for `sluice status` and the start screen. */
export interface ClusterStatus {
  /** Empty where it cannot be known. */
  arn: string
  /** Its directory's where it cannot be known. */
  name: string
  state: ClusterRecord['state']
  stateInfo: ClusterRecord['stateInfo']
  kafkaClusterId: string | null
  /** Null where its record cannot be read. */
  engine: string | null
  hosting: Hosting | null
  directory: string
  /** Where clients reach the brokers that run; null where none does. */
  bootstrap: Readonly<Partial<Record<ClientListenerName, string>>>
  /** Those that run. */
  brokers: NodeStatus[]
  /** Its controllers or ZooKeeper nodes that run. */
  quorum: NodeStatus[]
  /** How many nodes shall run. */
  nodesWanted: number
  /** It was there before this process, whose first try to start it has not ended. */
  onItsWay: boolean
  /** Default ports that were taken when this process started the cluster. */
  movedPorts: MovedPort[]
}

export interface NodeStatus {
  role: NodeRole
  id: number
  /** AWS's id of its availability zone. */
  zone?: string
  local?: LocalNode
  listeners: readonly NodeListener[]
}

/** What is known of a cluster beside its record. */
interface Seen {
  /** Null where nothing of it runs. */
  cluster: Pick<EngineCluster, 'clusterId' | 'nodes'> | null
  stateInfo: ClusterStatus['stateInfo']
  directory: string
  addresses: readonly ListenerAddress[]
  isOnItsWay: boolean
  movedPorts: MovedPort[]
}

export function statusOf(record: ClusterRecord, seen: Seen): ClusterStatus {
  const { cluster, stateInfo, directory, addresses, isOnItsWay: onItsWay, movedPorts } = seen
  const nodes = (cluster?.nodes() ?? [])
    .filter(({ state }) => state === 'running')
    .map((node) => nodeStatus(record, node))
    .sort((a, b) => a.id - b.id)
  const { arn, name, state, engine, hosting } = record
  return {
    arn,
    name,
    state,
    stateInfo,
    engine,
    hosting,
    kafkaClusterId: cluster?.clusterId ?? null,
    directory,
    bootstrap: bootstrapOf(record, addresses),
    brokers: nodes.filter(({ role }) => role === 'broker'),
    quorum: nodes.filter(({ role }) => role !== 'broker'),
    nodesWanted: record.nodes.length,
    onItsWay,
    movedPorts,
  }
}

export function statusOfUnreadable(
  { uuid, arn, name, error }: UnreadableRecord,
  directory: string,
): ClusterStatus {
  return {
    arn: arn ?? '',
    name: name ?? uuid,
    state: 'FAILED',
    stateInfo: { code: error.code, message: sentenceOf(error) },
    engine: null,
    hosting: null,
    kafkaClusterId: null,
    directory,
    bootstrap: {},
    brokers: [],
    quorum: [],
    nodesWanted: 0,
    onItsWay: false,
    movedPorts: [],
  }
}

function nodeStatus(record: ClusterRecord, { role, nodeId, local, listeners }: ObservedNode): NodeStatus {
  const zone = zoneOf(record, { role, nodeId })
  return { role, id: nodeId, ...(zone && { zone }), listeners, ...(local && { local }) }
}

function zoneOf({ nodes, spec }: ClusterRecord, key: NodeKey): string | undefined {
  const node = nodes.find((one) => sameNode(one, key))
  return node && spec.brokerNodeGroup.ZoneIds?.[node.zone]
}

function bootstrapOf(
  record: ClusterRecord,
  addresses: readonly ListenerAddress[],
): ClusterStatus['bootstrap'] {
  const up = addresses.filter((one) => one.isUp && !comesAndGoes(record, one))
  const names = new Set(up.map(({ listener }) => listener).filter(isClientListener))
  return Object.fromEntries(
    [...names].map((name) => [name, connectString(up.filter(({ listener }) => listener === name))]),
  )
}
