import type { UpdateChannelRequest, UpdateChannelResponse } from '@aws-sdk/client-kafka'
import type { ChannelSpec } from '../../../fleet/channels/channels.ts'
import { channelOf, checkFreshness, destinationOf } from '../channels.ts'
import { badRequest } from '../exceptions.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Changes how old what a channel delivers may be, which is all that can be changed of it.
 *
 * Refuses, in this order: the ARNs; a channel that is not ACTIVE; both destinations, neither, and another one than it has; a
 * freshness out of range.
 */
export const updateChannel =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  (input: UpdateChannelRequest): UpdateChannelResponse => {
    const record = channelOf(services, input)
    if (record.state !== 'ACTIVE')
      throw badRequest(`You can't update a channel in ${record.state} state.`, 'channelArn')
    const { S3DestinationUpdate: s3, IcebergDestinationUpdate: iceberg } = input
    const update = destinationOf(record) === 'S3' ? s3 : iceberg
    if (!update || (s3 && iceberg))
      throw badRequest(`Specify exactly one update, of the destination ${destinationOf(record)}.`)
    checkFreshness(update.DataFreshnessInSeconds)
    stored('The update', () =>
      services.channels.update(record, { state: 'UPDATING', spec: withUpdate(record.spec, update) }),
    )
    return { ChannelArn: record.arn }
  }

function withUpdate(
  spec: ChannelSpec,
  { DataFreshnessInSeconds }: { DataFreshnessInSeconds: number | undefined },
): ChannelSpec {
  const { S3DestinationConfiguration: s3, IcebergDestinationConfiguration: iceberg } = spec
  return {
    ...spec,
    ...(s3 && { S3DestinationConfiguration: { ...s3, DataFreshnessInSeconds } }),
    ...(iceberg && { IcebergDestinationConfiguration: { ...iceberg, DataFreshnessInSeconds } }),
  }
}
