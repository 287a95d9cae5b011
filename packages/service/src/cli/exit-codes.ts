import type { StatusReport } from '../status-report.ts'

/** What a shell sees. Part of the command line's contract. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notRunning: 3, incomplete: 4 } as const

/** A cluster that failed, or that none of whose brokers serves, needs a person, whom a script can call. */
export function exitCodeOf({ clusters }: Pick<StatusReport, 'clusters'>): number {
  const waits = clusters.some(
    ({ state, brokers }) => state === 'FAILED' || (state === 'HEALING' && brokers.length === 0),
  )
  return waits ? exitCodes.incomplete : exitCodes.ok
}
