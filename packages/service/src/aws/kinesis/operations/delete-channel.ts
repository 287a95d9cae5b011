import type { DeleteChannelInput } from '@aws-sdk/client-kinesis'
import { channelOf } from '../channels.ts'
import { stored } from '../exceptions.ts'
import type { Services } from '../services.ts'

/** Ends a channel in any state, which is DELETING until it is gone. What it has delivered stays. */
export const deleteChannel =
  (services: Pick<Services, 'streams'>) =>
  (input: DeleteChannelInput): void => {
    const channel = channelOf(services, input.ChannelARN)
    stored(() => services.streams.channels.change(channel, { state: 'DELETING' }))
  }
