import type { Engine } from '../../engines/engine.ts'
import { invalid, type OrRefusal, type Refusal } from '../../refusal.ts'
import { type ChangeRecord, type ClusterRecord, changesKeptMax, type SpecChange } from '../cluster-record.ts'
import type { FindConfiguration } from '../cluster-spec.ts'
import type { ChangeKind } from './change-kind.ts'

/**
 * A call that changes a cluster, as a pure function: from a record to the one that wants the change and has it as
 * its last, or to a refusal. The reconciler does the work.
 */
export type Update = (record: ClusterRecord, context: UpdateContext) => OrRefusal<{ record: ClusterRecord }>

/** What a change is made with. */
interface UpdateContext {
  engine: Engine
  findConfiguration: FindConfiguration
  nowMs: number
  /** Of the change. */
  uuid: string
  /** Of the API request. */
  clientRequestId: string
}

/** One change at a time: a cluster with one under way is in another state. */
export function stateRefusal({ state }: ClusterRecord): Refusal | undefined {
  return state === 'ACTIVE'
    ? undefined
    : invalid(`You can't update a cluster in ${state} state.`, 'clusterArn')
}

/** Whoever changes a cluster names the version of it that they mean. */
export function versionRefusal(
  record: Pick<ClusterRecord, 'currentVersion'>,
  currentVersion: string,
): Refusal | undefined {
  return currentVersion === record.currentVersion ? undefined : staleVersion()
}

/** What stands against any update, whatever it is about. */
export function updateRefusal(record: ClusterRecord, currentVersion: string): Refusal | undefined {
  return stateRefusal(record) ?? versionRefusal(record, currentVersion)
}

export function staleVersion(): Refusal {
  return invalid(
    'The version of the cluster isn’t current. Check the current version and try again.',
    'currentVersion',
  )
}

/** The record with the change that it shall go through: `target` of its spec, and these brokers in particular. */
export function begin(
  record: ClusterRecord,
  { nowMs, uuid, clientRequestId }: UpdateContext,
  kind: ChangeKind,
  target: SpecChange,
  brokerIds: number[] = [],
): ClusterRecord {
  const { spec } = record
  const change: ChangeRecord = {
    uuid,
    type: kind.type,
    state: 'PENDING',
    clientRequestId,
    createdAtMs: nowMs,
    endedAtMs: null,
    steps: ['INITIALIZE_UPDATE', kind.step, 'FINALIZE_UPDATE'].map((name) => ({ name, status: 'PENDING' })),
    source: Object.fromEntries(
      Object.keys(target).map((member) => [member, spec[member as keyof SpecChange]]),
    ),
    target,
    brokerIds,
    error: null,
  }
  return {
    ...record,
    state: kind.clusterState,
    spec: { ...spec, ...target },
    changes: [...record.changes, change].slice(-changesKeptMax),
  }
}

export function refuse(message: string, parameter: string): { refusal: Refusal } {
  return { refusal: invalid(message, parameter) }
}
