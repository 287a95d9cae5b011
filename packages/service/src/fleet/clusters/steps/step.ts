import type { Clock, Logger, Network, Random } from '@sluice/effects'
import type { ClusterRecord } from '../cluster-record.ts'
import type { ClusterStore } from '../cluster-store.ts'
import type { Engine, EngineCluster } from '../../engines/engine.ts'
import type { Mutex } from '../../mutex.ts'

/** One idempotent piece of work on a cluster. Throws what is in its way; the run is then tried again. */
export type Step = (uuid: string, context: StepContext) => Promise<void> | void

export interface StepContext {
  store: ClusterStore
  runtime: ClusterRuntime
  /** The cluster's own. */
  engine: Engine
  effects: { clock: Clock; logger: Logger; network: Network; random: Random }
  settings: ReconcileSettings
  /** One cluster at a time looks for ports, so that no two find the same ones. */
  portsLock: Mutex
  /** Looks at the cluster again. */
  trigger: () => void
}

export interface ReconcileSettings {
  /** The address that brokers listen on and are known by. */
  host: string
  kafkaPortBase: number
  /** Where listeners between nodes look first. */
  controllerPortBase: number
  /** A port that the user asks for; see FleetOptions.kafkaPort. */
  askedPort: { port: number; cluster: string | null } | null
}

/** What this process knows about a cluster beside its record. */
export interface ClusterRuntime {
  /** What runs of it; null until the engine has looked. */
  cluster: EngineCluster | null
  /** Ends the work that is under way: the cluster is deleted, or the service stops. */
  abort: AbortController
  /** Nodes whose failure has been told; they are started again by a later run. */
  toldFailures: Set<string>
  /** Ports are looked at once a process, and again when a start failed. */
  portsChecked: boolean
  /** Attempts to reach what is wanted that failed in a row, in this process. */
  failedAttempts: number
  /** Default ports that were taken, for the screen. */
  movedPorts: { listener: string; wanted: number; port: number }[]
}

export function needRecord(uuid: string, { store }: StepContext): ClusterRecord {
  const record = store.get(uuid)
  if (!record) throw new Error(`the cluster ${uuid} is gone`)
  return record
}

export function needCluster({ runtime }: StepContext): EngineCluster {
  if (!runtime.cluster) throw new Error('the engine has not looked at the cluster yet')
  return runtime.cluster
}
