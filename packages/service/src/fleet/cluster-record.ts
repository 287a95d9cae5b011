import type { ClusterSpec } from './cluster-spec.ts'

/** MSK's cluster states, those that a cluster here can be in. */
export type ClusterState = 'CREATING' | 'ACTIVE' | 'HEALING' | 'DELETING' | 'FAILED'

/** One cluster as it is kept in cluster.json: what is wanted, and what has become of it. */
export interface ClusterRecord {
  formatVersion: 1
  arn: string
  /** The last part of the ARN, `<uuid>-<n>`; it names the directory. */
  uuid: string
  name: string
  createdAtMs: number
  /** Changes with each update of the cluster; updates and deletes may name the one that they mean. */
  currentVersion: string
  state: ClusterState
  /** Why a cluster is in its state, in sentences; null where there is nothing to say. */
  stateInfo: { code: string; message: string } | null
  spec: ClusterSpec
  tags: Record<string, string>
  /** Broker nodes that run (all of them once brokers replicate). Empty until ports are allocated. */
  nodes: NodeRecord[]
  /** Every listener's port, allocated once and kept. */
  ports: PortRecord[]
}

export interface NodeRecord {
  nodeId: number
  /** The last part of the node's ARN. */
  uuid: string
  /** Position in the spec's list of subnets. */
  zone: number
  addedAtMs: number
  /** Of the network interface that MSK would attach. */
  interfaceId: string
}

export interface PortRecord {
  nodeId: number
  listener: 'CLIENT' | 'CONTROLLER'
  port: number
  /** Asked for by the user: it may not move. */
  explicit: boolean
}
