import { openShards } from '../../streams/shards.ts'
import { limitExceeded } from './exceptions.ts'
import type { Services } from './services.ts'

/** Of all streams of an account: what AWS has in its largest regions. */
export const shardsMax = 20_000
export const onDemandStreamsMax = 50
/** Of a stream on demand, one of each kind. */
export const channelsOfStreamMax = 2
export const warmMiBpsMax = 10_240

export function openShardCount({ streams }: Pick<Services, 'streams'>): number {
  return streams.list().reduce((sum, { record }) => sum + openShards(record.shards).length, 0)
}

/** Refuses what would make more shards than an account may have. */
export function checkShardLimit({ streams }: Pick<Services, 'streams'>, more: number): void {
  const present = openShardCount({ streams })
  if (present + more <= shardsMax) return
  const { account, region } = streams.place
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${account} in ${region}. Current shard count for the account: ${present}. Limit: ${shardsMax}. Number of additional shards that would have resulted from this request: ${more}. Refer to the AWS Service Limits page (https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
  )
}
