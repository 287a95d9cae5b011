import type { DeleteChannelRequest, DeleteChannelResponse } from '@aws-sdk/client-kafka'
import { channelOf } from '../channels.ts'
import { badRequest } from '../exceptions.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/** Takes a channel away; a moment later there is none. Refuses the ARNs, then one that is going already. */
export const deleteChannel =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  (input: DeleteChannelRequest): DeleteChannelResponse => {
    const record = channelOf(services, input)
    if (record.state === 'DELETING')
      throw badRequest("You can't delete a channel in DELETING state.", 'channelArn')
    stored('The deletion', () => services.channels.update(record, { state: 'DELETING' }))
    return { ChannelArn: record.arn }
  }
