import { evenShards, openShards, startsOf } from '../../streams/shards.ts'
import type { ShardRecord } from '../../streams/stream-record.ts'
import { AwsException } from '../exceptions.ts'
import { limitExceeded } from './exceptions.ts'
import { checkShardLimit, warmMiBpsMax } from './limits.ts'
import type { Services } from './services.ts'

/** Refuses what would keep a stream warm without the commitment that this needs, or for more than one may have. */
export function checkWarm({ streams }: Pick<Services, 'streams'>, target: number): void {
  if (!streams.account.isCommitted)
    throw new AwsException(
      'ValidationException',
      400,
      'Warm throughput needs MinimumThroughputBillingCommitment to be ENABLED for the account; see UpdateAccountSettings.',
    )
  if (target > warmMiBpsMax)
    throw limitExceeded(`A stream can have a warm throughput of at most ${warmMiBpsMax} MiB a second.`)
}

/** What becomes of a stream's shards: one for each MiB a second at least; it keeps those that it has beyond. */
export function warmed(services: Pick<Services, 'streams'>, shards: readonly ShardRecord[], target: number) {
  const count = openShards(shards).length
  checkShardLimit(services, target - count)
  return { warmMiBps: target, wantedStarts: target > count ? startsOf(evenShards(target, 0)) : null }
}
