import type { DescribeChannelInput, DescribeChannelOutput } from '@aws-sdk/client-kinesis'
import { channelDescription, channelOf } from '../channels.ts'
import type { Services } from '../services.ts'

/** A channel with its destination, in any state. */
export const describeChannel =
  (services: Pick<Services, 'streams'>) =>
  (input: DescribeChannelInput): DescribeChannelOutput => ({
    ChannelDescription: channelDescription(channelOf(services, input.ChannelARN)),
  })
