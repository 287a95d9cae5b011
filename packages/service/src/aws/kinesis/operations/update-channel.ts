import type { UpdateChannelInput, UpdateChannelOutput } from '@aws-sdk/client-kinesis'
import { channelDescription, channelOf, checkFreshness } from '../channels.ts'
import { inUse, invalidArgument, stored } from '../exceptions.ts'
import type { Services } from '../services.ts'

/**
 * Changes how old what a channel delivers may be, or where it logs, which is all that can be changed of it.
 *
 * Refuses, in this order: a channel that there is not; one that is not ACTIVE; both destinations, and another one than it has; no update at
 * all; a freshness out of range.
 */
export const updateChannel =
  (services: Pick<Services, 'streams'>) =>
  (input: UpdateChannelInput): UpdateChannelOutput => {
    const channel = channelOf(services, input.ChannelARN)
    const { name, state, spec } = channel
    if (state !== 'ACTIVE')
      throw inUse(
        `Channel ${name} under account ${services.streams.place.account} not ACTIVE, instead in state ${state}`,
      )
    const { S3DestinationConfiguration: s3, S3TablesDestinationConfiguration: tables } = input
    if (tables || (s3 && !spec.S3DestinationConfiguration))
      throw invalidArgument('The destination of a channel cannot be changed.')
    const { LoggingConfiguration: logging } = input
    if (!s3 && !logging)
      throw invalidArgument('Specify DataFreshnessInSeconds of the destination, or LoggingConfiguration.')
    checkFreshness(s3?.DataFreshnessInSeconds)
    const destination = spec.S3DestinationConfiguration
    const updated = stored(() =>
      services.streams.channels.change(channel, {
        state: 'UPDATING',
        spec: {
          ...spec,
          ...(s3 && destination && { S3DestinationConfiguration: { ...destination, ...s3 } }),
          ...(logging && {
            LoggingConfiguration: {
              CloudWatchLogs: {
                LogGroupName: `/aws/kinesis/${name}/${channel.uuid}`,
                LogStreamName: 'DestinationDelivery',
                Enabled: false,
                ...logging.CloudWatchLogs,
              },
            },
          }),
        },
      }),
    )
    return { ChannelDescription: channelDescription(updated) }
  }
