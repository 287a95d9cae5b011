import type { DescribeLimitsOutput } from '@aws-sdk/client-kinesis'
import { channelsOfStreamMax, onDemandStreamsMax, openShardCount, shardsMax } from '../limits.ts'
import type { Services } from '../services.ts'

/** How many shards, streams on demand and channels an account has, and may have. */
export const describeLimits =
  ({ streams }: Pick<Services, 'streams'>) =>
  (): DescribeLimitsOutput => ({
    ShardLimit: shardsMax,
    OpenShardCount: openShardCount({ streams }),
    OnDemandStreamCount: streams.list().filter(({ record }) => record.mode === 'ON_DEMAND').length,
    OnDemandStreamCountLimit: onDemandStreamsMax,
    ChannelCount: streams.channels.list().length,
    ChannelCountLimit: onDemandStreamsMax * channelsOfStreamMax,
  })
