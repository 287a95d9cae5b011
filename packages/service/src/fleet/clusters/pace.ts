import type { ClusterRecord } from './cluster-record.ts'
import { activeChange } from './changes/change-life.ts'
import { clusterTypeOf } from './serverless.ts'

/** How long what the API begins takes: no longer than it must, or as long as on AWS, or a sixtieth of that. */
export const paces = ['instant', 'x60', 'real'] as const
export type Pace = (typeof paces)[number]

const shares: Readonly<Record<Exclude<Pace, 'instant'>, number>> = { x60: 1 / 60, real: 1 }
const minuteMs = 60_000

/** What people see on MSK, in minutes: "15 to 40" for a creation, "2 to 10" of a serverless cluster, "10 to 15 a broker" for another size. */
const creationMinutes = { PROVISIONED: 20, SERVERLESS: 5 }
const changeMinutes: Readonly<Record<string, { minutes: number; each?: 'broker' }>> = {
  UPDATE_BROKER_TYPE: { minutes: 12, each: 'broker' },
  UPDATE_CLUSTER_KAFKA_VERSION: { minutes: 12, each: 'broker' },
  UPDATE_CLUSTER_CONFIGURATION: { minutes: 8, each: 'broker' },
  UPDATE_SECURITY: { minutes: 8, each: 'broker' },
  UPDATE_CONNECTIVITY: { minutes: 8, each: 'broker' },
  REBOOT_NODE: { minutes: 5 },
}
const otherMinutes = 10

/** Whatever the clock says: it may have been set back since. */
const atOnce = 0

/** When what is under way may be over, ms: what is taken back, or was there before, waits for nothing. */
export function dueAtMs(
  record: Pick<ClusterRecord, 'state' | 'createdAtMs' | 'changes' | 'spec'>,
  pace: Pace,
): number {
  if (pace === 'instant') return atOnce
  const share = shares[pace] * minuteMs
  const change = activeChange(record)
  if (change) {
    if (change.error !== null) return atOnce
    const { minutes, each } = changeMinutes[change.type] ?? { minutes: otherMinutes }
    const times = each === 'broker' ? record.spec.numberOfBrokerNodes : 1
    return change.createdAtMs + minutes * times * share
  }
  if (record.state !== 'CREATING') return atOnce
  return record.createdAtMs + creationMinutes[clusterTypeOf(record)] * share
}
