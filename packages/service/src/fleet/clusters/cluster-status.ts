import type { ClusterRecord } from './cluster-record.ts'
import type { MovedPort } from './steps/pass.ts'
import type { ClientListenerName, Hosting, LocalNode, NodeListener, NodeRole } from '../engines/engine.ts'

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
