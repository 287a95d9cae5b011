import type { Clock, Logger, Network, Random } from '@sluice/effects'
import type { ClusterStore } from '../cluster-store.ts'
import type { Mutex } from '../mutex.ts'
import type { Engine, EngineCluster, NodeFailure } from '../engines/engine.ts'

/** One idempotent piece of work on a cluster. Throws what is in its way; the run is then tried again. */
export type Step = (uuid: string, context: StepContext) => Promise<void> | void

export interface StepContext {
  store: ClusterStore
  runtime: ClusterRuntime
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
  controllerPortBase: number
  /** A port that the user asks for; see FleetOptions.kafkaPort. */
  askedPort: { port: number; cluster: string | null } | null
}

/** What this process knows about a cluster beside its record. */
export interface ClusterRuntime {
  running: EngineCluster | null
  /** The node that stopped by itself, until its cluster is started anew. */
  failure: NodeFailure | null
  /** Ports are looked at once a process, and again when a start failed. */
  portsChecked: boolean
  /** Attempts to create the cluster that failed, in this process. */
  failedAttempts: number
  /** Default ports that were taken, for the screen. */
  movedPorts: { listener: string; wanted: number; port: number }[]
}
