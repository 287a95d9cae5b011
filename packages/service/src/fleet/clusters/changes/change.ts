import type { Random } from '@sluice/effects'
import type { ClusterRecord, OperationRecord, OperationState, SpecChange } from '../cluster-record.ts'

/** The life of a cluster operation after the call that asked for it: pure functions from record to change. */

export function activeOperation(
  record: Pick<ClusterRecord, 'operations'> | undefined,
): OperationRecord | undefined {
  const last = record?.operations.at(-1)
  return last?.endedAtMs === null ? last : undefined
}

/** Brokers that the operation takes out of the cluster, or brought in before it was taken back. */
export function leavingBrokers(record: ClusterRecord): number[] {
  const ids = activeOperation(record)?.brokerIds ?? []
  return ids.filter((id) => !record.nodes.some(({ role, nodeId }) => role === 'broker' && nodeId === id))
}

export function begun(record: ClusterRecord): Partial<ClusterRecord> {
  return changed(record, (operation) => ({
    state: operation.type === 'REBOOT_NODE' ? 'REBOOT_IN_PROGRESS' : 'UPDATE_IN_PROGRESS',
    steps: operation.steps.map((step, at) => ({
      ...step,
      status: at === 0 ? 'COMPLETED' : at === 1 ? 'IN_PROGRESS' : 'PENDING',
    })),
  }))
}

export function finalizing(record: ClusterRecord): Partial<ClusterRecord> {
  return changed(record, ({ steps }) => ({
    steps: steps.map((step, at) => ({
      ...step,
      status: at === steps.length - 1 ? 'IN_PROGRESS' : 'COMPLETED',
    })),
  }))
}

/** The change did not work out: what it changed is wanted as it was before. */
export function takenBack(
  record: ClusterRecord,
  error: NonNullable<OperationRecord['error']>,
): Partial<ClusterRecord> {
  const { source } = activeOperation(record) ?? { source: {} as SpecChange }
  return { ...changed(record, () => ({ error })), spec: { ...record.spec, ...source } }
}

/** What was wanted is there, or what was there before is again. */
export function ended(record: ClusterRecord, nowMs: number, random: Random): Partial<ClusterRecord> {
  const operation = activeOperation(record)
  const worked = operation?.error === null
  const state: OperationState =
    worked && operation.type === 'REBOOT_NODE'
      ? 'REBOOT_COMPLETE'
      : worked
        ? 'UPDATE_COMPLETE'
        : 'UPDATE_FAILED'
  return {
    ...changed(record, ({ steps }) => ({
      state,
      endedAtMs: nowMs,
      steps: worked ? steps.map((step) => ({ ...step, status: 'COMPLETED' })) : steps,
    })),
    ...(worked && operation.type !== 'REBOOT_NODE' && { currentVersion: newVersion(random) }),
  }
}

function changed(
  record: ClusterRecord,
  change: (operation: OperationRecord) => Partial<OperationRecord>,
): Pick<ClusterRecord, 'operations'> {
  return {
    operations: record.operations.map((operation) =>
      operation.endedAtMs === null ? { ...operation, ...change(operation) } : operation,
    ),
  }
}

/** MSK's opaque versions: `K3AEGXETSR30VB`. */
export function newVersion(random: Random): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  return `K${Array.from({ length: 13 }, () => letters.charAt(random.int(letters.length))).join('')}`
}
