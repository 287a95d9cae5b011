import type { DescribeChannelRequest, DescribeChannelResponse } from '@aws-sdk/client-kafka'
import { nothingDelivered } from '../../../fleet/channels/channels.ts'
import { channelInfo, channelOf } from '../channels.ts'
import type { Services } from '../services.ts'

/** A channel with its destination, and what is not done of it. */
export const describeChannel =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  (input: DescribeChannelRequest): DescribeChannelResponse => {
    const record = channelOf(services, input)
    return {
      ...channelInfo(record),
      ...record.spec,
      StateInfo: { Code: 'NOT_ALL_SERVED', Message: nothingDelivered },
      Tags: record.tags,
    }
  }
