import type { ChannelDescription, ChannelSummary } from '@aws-sdk/client-kinesis'
import type { ChannelRecord } from '../../streams/channels/channel-record.ts'
import { invalidArgument, notFound } from './exceptions.ts'
import type { Services } from './services.ts'
import { toTheSecond } from './shapes.ts'

/** The channel that an ARN names, whatever its state. */
export function channelOf({ streams }: Pick<Services, 'streams'>, arn = ''): ChannelRecord {
  const found = streams.channels.byArn(arn)
  if (!found) throw notFound(`Channel ${arn} under account ${streams.place.account} not found.`)
  return found
}

/** Kinesis Developer Guide, "Data delivery concepts": how old what is delivered may be. */
const freshness = { minS: 300, maxS: 900 }

export function checkFreshness(seconds: number | undefined): void {
  if (seconds !== undefined && (seconds < freshness.minS || seconds > freshness.maxS))
    throw invalidArgument(
      `DataFreshnessInSeconds must be between ${freshness.minS} and ${freshness.maxS}. Given: ${seconds}.`,
    )
}

/** What both ways to describe it have. */
function commonShape({ name, arn, uuid, state, stateReason, createdAtMs }: ChannelRecord) {
  return {
    ChannelName: name,
    ChannelARN: arn,
    ChannelId: uuid,
    ChannelStatus: state,
    ...(stateReason !== null && { ChannelStatusReason: stateReason }),
    ChannelCreationTimestamp: toTheSecond(createdAtMs),
  }
}

export function channelSummary(record: ChannelRecord): ChannelSummary {
  const { stream, spec } = record
  return {
    ...commonShape(record),
    ChannelDestinationType: spec.S3DestinationConfiguration ? 'S3' : 'S3_TABLES',
    Streams: [{ StreamARN: stream.arn, StreamCreationTimestamp: toTheSecond(stream.createdAtMs) }],
  }
}

export function channelDescription(record: ChannelRecord): ChannelDescription {
  const { StreamConfigurationList: streams = [], ...spec } = record.spec
  return {
    ...commonShape(record),
    ...(spec as Pick<ChannelDescription, 'S3DestinationConfiguration' | 'S3TablesDestinationConfiguration'>),
    ServiceExecutionRoleARN: spec.ServiceExecutionRoleARN,
    LoggingConfiguration: spec.LoggingConfiguration,
    StreamConfigurationList: streams.map(({ StreamARN, RecordConfiguration }) => ({
      StreamARN,
      RecordConfiguration,
      StreamCreationTimestamp: toTheSecond(record.stream.createdAtMs),
    })),
  }
}
