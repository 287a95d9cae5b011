import { systemClock } from '@sluice/effects'
import { Option } from 'commander'
import { OperatingError } from '../fleet/operating-error.ts'
import type { ClusterInfo, MskApi } from './msk-api.ts'
import { wholeNumber } from './options.ts'

export interface WaitFlags {
  gone?: boolean
  timeout: number
}

const pollMs = 200

/** Asks again and again until the answer is yes; `look` throws what it has to say when it is too late. */
export async function waitUntil(
  timeoutSeconds: number,
  look: (isLate: boolean) => Promise<boolean>,
): Promise<void> {
  const clock = systemClock()
  const endMs = clock.monotonic() + timeoutSeconds * 1_000
  while (!(await look(clock.monotonic() > endMs))) await clock.sleep(pollMs)
}

/** As it is then; null where it is gone. */
export async function waitFor(
  api: MskApi,
  name: string,
  { gone = false, timeout }: WaitFlags,
): Promise<ClusterInfo | null> {
  let found: ClusterInfo | null = null
  await waitUntil(timeout, async (isLate) => {
    const cluster = (await api.clusters()).find(({ clusterName }) => clusterName === name)
    if (!cluster && gone) return true
    if (!cluster) throw api.unknown(name)
    if (cluster.state === 'FAILED' && !gone)
      throw new OperatingError(`${name} has FAILED.`, {
        code: 'CLUSTER_FAILED',
        why: cluster.stateInfo?.message ?? 'It does not say why.',
        next: 'Mend what it names and start the service again, or delete the cluster.',
      })
    if (cluster.state === 'ACTIVE' && !gone) {
      found = cluster
      return true
    }
    if (isLate)
      throw new OperatingError(`${name} is ${cluster.state} after ${timeout} seconds.`, {
        code: 'WAITED_TOO_LONG',
        why: cluster.stateInfo?.message ?? 'It is still on its way.',
        next: 'Wait longer with --timeout, or look at it: describe.',
      })
    return false
  })
  return found
}

export function timeoutOption(): Option {
  return new Option('--timeout <seconds>').argParser(wholeNumber('--timeout')).default(600)
}
