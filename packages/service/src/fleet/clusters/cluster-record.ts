import type { EngineName, Hosting, NodeRole } from '../engines/engine.ts'
import type { PortRecord } from '../ports/ports.ts'
import type { ClusterSpec } from './cluster-spec.ts'

/** MSK's cluster states, those that a cluster here can be in. */
export type ClusterState =
  | 'CREATING'
  | 'ACTIVE'
  | 'UPDATING'
  | 'REBOOTING_BROKER'
  | 'HEALING'
  | 'DELETING'
  | 'FAILED'

/** One cluster as it is kept in cluster.json: what is wanted, and what has become of it. */
export interface ClusterRecord {
  formatVersion: 4
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
  engine: EngineName
  hosting: Hosting
  spec: ClusterSpec
  tags: Record<string, string>
  /** Nodes that run, or shall. Empty until they are allocated. */
  nodes: NodeRecord[]
  /** Every listener's port, allocated once and kept. */
  ports: PortRecord[]
  /** Those of listeners that its nodes have no more: one that comes back gets its port back, where that is free. */
  formerPorts?: PortRecord[]
  /** Older builds ran one broker, whatever was asked for. Topics from then may have one replica, until somebody moves them. */
  ranOneBroker?: boolean
  /** Its nodes know each other by certificates. Those of older builds do not, nor where the spec wants no encryption. */
  hasSecureNodes?: boolean
  /** ARNs of the secrets whose users may log in by SCRAM, in the order in which they were associated. */
  scramSecrets?: string[]
  /** The users whose credentials the brokers have, or may have. */
  scramUsers?: ScramUserRecord[]
  /** What identities of other accounts may do with it. */
  policy?: ClusterPolicyRecord
  /** Oldest first, at most `changesKeptMax`. Only the last one can be under way. */
  changes: ChangeRecord[]
}

/** The policy of a cluster as it was given, and its version, which is none of the cluster's. */
export interface ClusterPolicyRecord {
  text: string
  version: string
}

/** A user of SCRAM, by which version of which secret; never the password. */
export interface ScramUserRecord {
  user: string
  secretArn: string
  /** Null while it is on its way to the brokers. */
  versionId: string | null
}

export const changesKeptMax = 200

export interface NodeRecord {
  role: NodeRole
  nodeId: number
  /** The last part of the node's ARN. */
  uuid: string
  /** Position in the spec's list of subnets. */
  zone: number
  addedAtMs: number
  /** Of the network interface that MSK would attach. */
  interfaceId: string
  /** How often it was rebooted. */
  generation: number
}

export type ChangeState =
  | 'PENDING'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'REBOOT_IN_PROGRESS'
  | 'REBOOT_COMPLETE'

/** One change of a cluster, from the call that asks for it to its end. To the API it is a cluster operation. */
export interface ChangeRecord {
  /** The last part of the operation's ARN. */
  uuid: string
  /** MSK's type of the operation; changes/change-kinds.ts has the kind of change that goes with it. */
  type: string
  state: ChangeState
  /** Of the API request that asked for it. */
  clientRequestId: string
  createdAtMs: number
  /** Null while it is under way. */
  endedAtMs: number | null
  steps: { name: string; status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' }[]
  /** What it changes of the spec, as it was and as it shall be. A change that fails is taken back to `source`. */
  source: SpecChange
  target: SpecChange
  /** Of a reboot, or of a change of the broker count. */
  brokerIds: number[]
  /** Why it failed. Set while the change is taken back, before it ends. */
  error: { code: string; message: string } | null
}

/** The part of a spec that a change changes. */
export type SpecChange = Partial<ClusterSpec>
