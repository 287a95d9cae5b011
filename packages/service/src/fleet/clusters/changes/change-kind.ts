import type { ClusterPlan, EngineCluster, NodeKey } from '../../engines/engine.ts'
import type { ChangeRecord, ChangeState, ClusterState } from '../cluster-record.ts'

/** What sets one kind of change of a cluster apart from the others. */
export interface ChangeKind {
  /** MSK's type of the operation. */
  readonly type: string
  /** The step between INITIALIZE_UPDATE and FINALIZE_UPDATE. MSK's names are known for the change of the version only. */
  readonly step: string
  /** The cluster's, while the change is under way. */
  readonly clusterState: ClusterState
  readonly states: { readonly underWay: ChangeState; readonly done: ChangeState }
  /** Does the cluster get a new `currentVersion` by it? */
  readonly renewsVersion: boolean
  /** Why nodes are started anew for it, as a sentence. */
  readonly reason: (change: Pick<ChangeRecord, 'source' | 'target' | 'brokerIds'>) => string
  /** What stands against the leaving of these nodes, null where nothing does. The change is then taken back. */
  readonly checkLeaving?: (
    cluster: EngineCluster,
    plan: ClusterPlan,
    leaving: readonly NodeKey[],
  ) => Promise<ChangeFailure | null>
  /** The last of the work: every node runs as the change wants it. */
  readonly finalize?: (cluster: EngineCluster, plan: ClusterPlan) => Promise<void>
}

export type ChangeFailure = NonNullable<ChangeRecord['error']>

/** Of every change of the spec. */
export const updating = {
  clusterState: 'UPDATING',
  states: { underWay: 'UPDATE_IN_PROGRESS', done: 'UPDATE_COMPLETE' },
  renewsVersion: true,
} as const
