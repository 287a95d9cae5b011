import type { Random } from '@sluice/effects'
import { newVersion } from '../../place.ts'
import type { ChangeRecord, ClusterRecord } from '../cluster-record.ts'
import type { ChangeFailure } from './change-kind.ts'
import { kindOf } from './change-kinds.ts'

/** The life of a change after the call that asked for it: pure functions from a record to what changes in it. */

export function activeChange(record: Pick<ClusterRecord, 'changes'> | undefined): ChangeRecord | undefined {
  const last = record?.changes.at(-1)
  return last?.endedAtMs === null ? last : undefined
}

/** Why nodes are started anew at this time, as sentences; undefined where no change asks for it. */
export function reasonOf(record: ClusterRecord): string | undefined {
  const change = activeChange(record)
  if (!change) return undefined
  const reason = kindOf(change).reason(change)
  return change.error === null ? reason : `${reason} It failed and is taken back: ${change.error.message}`
}

/** Brokers that the change takes out of the cluster, or brought in before it was taken back. */
export function leavingBrokers(record: ClusterRecord): number[] {
  const ids = activeChange(record)?.brokerIds ?? []
  return ids.filter((id) => !record.nodes.some(({ role, nodeId }) => role === 'broker' && nodeId === id))
}

export function begun(record: ClusterRecord): Partial<ClusterRecord> {
  return withActive(record, (change) => ({
    state: kindOf(change).states.underWay,
    steps: change.steps.map((step, at) => ({
      ...step,
      status: at === 0 ? 'COMPLETED' : at === 1 ? 'IN_PROGRESS' : 'PENDING',
    })),
  }))
}

export function finalizing(record: ClusterRecord): Partial<ClusterRecord> {
  return withActive(record, ({ steps }) => ({
    steps: steps.map((step, at) => ({
      ...step,
      status: at === steps.length - 1 ? 'IN_PROGRESS' : 'COMPLETED',
    })),
  }))
}

/** The change did not work out: what it changed is wanted as it was before. */
export function takenBack(record: ClusterRecord, error: ChangeFailure): Partial<ClusterRecord> {
  const source = activeChange(record)?.source
  return { ...withActive(record, () => ({ error })), spec: { ...record.spec, ...source } }
}

/** What was wanted is there, or what was there before is again. */
export function ended(record: ClusterRecord, nowMs: number, random: Random): Partial<ClusterRecord> {
  const change = activeChange(record)
  if (!change) return {}
  const { states, renewsVersion } = kindOf(change)
  const worked = change.error === null
  return {
    ...withActive(record, ({ steps }) => ({
      state: worked ? states.done : 'UPDATE_FAILED',
      endedAtMs: nowMs,
      steps: worked ? steps.map((step) => ({ ...step, status: 'COMPLETED' })) : steps,
    })),
    ...(worked && renewsVersion && { currentVersion: newVersion(random) }),
  }
}

function withActive(
  record: ClusterRecord,
  alter: (change: ChangeRecord) => Partial<ChangeRecord>,
): Pick<ClusterRecord, 'changes'> {
  const active = activeChange(record)
  return {
    changes: record.changes.map((change) => (change === active ? { ...change, ...alter(change) } : change)),
  }
}
