import {
  assert,
  type Clock,
  type Disk,
  type Logger,
  type Network,
  type Random,
  type Timer,
} from '@sluice/effects'
import type { ClusterPlan, Engine, EngineCluster, ListenerName } from '../../engines/engine.ts'
import type { ClusterAccess } from '../../../iam/cluster-access.ts'
import type { Limit } from '../../limit.ts'
import type { Reach } from '../../reach.ts'
import type { Mutex } from '../../mutex.ts'
import type { Authority } from '../../authority/authority.ts'
import type { NodeAuthority } from '../../authority/node-authority.ts'
import type { PrivateAuthorities } from '../../authority/private-authorities.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { type ClusterPlace, clusterPlan } from '../cluster-plan.ts'
import type { ClusterRecord } from '../cluster-record.ts'
import type { Pace } from '../pace.ts'
import type { ClusterStore } from '../cluster-store.ts'

/** One idempotent piece of work on a cluster. Throws what is in its way; the run is then tried again. */
export type Step = (pass: Pass) => Promise<Done> | Done

/** Whether anything is otherwise than before. A pass in which nothing is would only be followed by its like. */
export type Done = 'changed' | 'unchanged'

/** What the reconciler works with, the same for all passes over a cluster. */
export interface ReconcileContext {
  store: ClusterStore
  runtime: ClusterRuntime
  /** The cluster's own. */
  engine: Engine
  effects: { clock: Clock; disk: Disk; logger: Logger; network: Network; random: Random }
  settings: ReconcileSettings
  authority: Authority
  privateAuthorities: PrivateAuthorities
  secrets: Secrets
  /** One cluster at a time looks for ports, so that no two find the same ones. */
  portsLock: Mutex
  /** How many nodes of the engine start at a time, of all clusters. */
  startsLimit: Limit
  /** Makes the loop look at the cluster again. */
  trigger: () => void
}

export interface ReconcileSettings {
  reach: Reach
  kafkaPortBase: number
  /** Where listeners between nodes look first. */
  innerPortBase: number
  /** A port that the user asks for; see FleetOptions.kafkaPort. */
  askedPort: { port: number; cluster: string | null } | null
  pace: Pace
  /** The cluster, by name, that a start waits for, and that is therefore made without waiting. */
  hurried: string | null
  /** Clusters, by name, that start without what is lost of their metadata. */
  metadataLossAccepted: readonly string[]
  /** Who can log in at brokers by IAM. */
  accessOf: (record: ClusterRecord) => ClusterAccess
}

/** A broker's default port that was taken. */
export interface MovedPort {
  nodeId: number
  listener: ListenerName
  wanted: number
  port: number
}

/** What this process knows about a cluster beside its record. */
export interface ClusterRuntime {
  /** What runs of it; null until the engine has looked. */
  cluster: EngineCluster | null
  /** Ends the work that is under way: the cluster is deleted, or the service stops. */
  abort: AbortController
  /** Nodes whose failure has been told; they are started again by a later run. */
  toldFailures: Set<string>
  /** Brokers that somebody has stopped on purpose, by id: for as long as this process lives. */
  heldBrokers: Set<number>
  /** Ports are looked at once a process, and again when a start failed. */
  portsChecked: boolean
  /** Whether this process knows that the brokers have the users of the record. */
  scramUsersChecked: boolean
  /** Whether what the record says of a cluster that is well is this process's word: an older build may have lacked more. */
  isReported: boolean
  /** Of which size the running brokers know that their volumes are; null where this process has not told them. */
  volumeBytes: number | null
  /** Whether this process knows that partitions are spread over all brokers, where that is its affair. */
  partitionsPlaced: boolean
  /** Whether this process has seen every replica in sync and every partition led as preferred, since a node was in doubt. */
  settled: boolean
  /** Looks again when what is under way may be over. */
  paceTimer: Timer | null
  /** Attempts to reach what is wanted that failed in a row, in this process. */
  failedAttempts: number
  /** Vouches for its nodes. */
  readonly nodeAuthority: NodeAuthority
  /** When certificates were looked at last, by the wall clock. */
  certificatesCheckedAtMs: number
  /** Nodes that have another certificate than they may show. */
  renewedNodes: Set<string>
  /** What is wrong with whom its brokers believe of clients, a sentence each. */
  trustProblems: readonly string[]
  /** For the screen. */
  movedPorts: MovedPort[]
}

/** One look at a cluster and the steps that follow from it. Record and plan are those of the moment. */
export class Pass {
  readonly uuid: string
  readonly store: ClusterStore
  readonly runtime: ClusterRuntime
  readonly engine: Engine
  readonly effects: ReconcileContext['effects']
  readonly settings: ReconcileSettings
  readonly authority: Authority
  readonly privateAuthorities: PrivateAuthorities
  readonly secrets: Secrets
  readonly portsLock: Mutex
  readonly startsLimit: Limit
  readonly trigger: () => void
  #planned: { from: ClusterRecord; plan: ClusterPlan } | null = null

  constructor(uuid: string, context: ReconcileContext) {
    this.uuid = uuid
    this.store = context.store
    this.runtime = context.runtime
    this.engine = context.engine
    this.effects = context.effects
    this.settings = context.settings
    this.authority = context.authority
    this.privateAuthorities = context.privateAuthorities
    this.secrets = context.secrets
    this.portsLock = context.portsLock
    this.startsLimit = context.startsLimit
    this.trigger = context.trigger
  }

  get record(): ClusterRecord {
    const record = this.store.get(this.uuid)
    assert(record, `the cluster ${this.uuid} has a record`)
    return record
  }

  /** How the record's nodes shall run. */
  get plan(): ClusterPlan {
    const { record } = this
    // The store replaces records and never changes one.
    if (this.#planned?.from !== record)
      this.#planned = { from: record, plan: clusterPlan(record, this.engine, this.#place()) }
    return this.#planned.plan
  }

  #place(): ClusterPlace {
    return {
      reach: this.settings.reach,
      directory: this.directory,
      authority: this.authority.certificatePath,
      nodeAuthority: this.runtime.nodeAuthority,
    }
  }

  /** Of the cluster. */
  get directory(): string {
    return this.store.directoryOf(this.uuid)
  }

  /** What runs of the cluster. */
  get cluster(): EngineCluster {
    const { cluster } = this.runtime
    assert(cluster, `the engine has looked at the cluster ${this.uuid}`)
    return cluster
  }

  /** Writes what shall be. */
  update(change: Partial<ClusterRecord>): Done {
    this.store.update(this.uuid, change)
    return 'changed'
  }

  /** Notes what is. */
  note(seen: Pick<ClusterRecord, 'state' | 'stateInfo'>): Done {
    return this.store.note(this.uuid, seen) ? 'changed' : 'unchanged'
  }
}
