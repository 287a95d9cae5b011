import type { ChannelInfo } from '@aws-sdk/client-kafka'
import type { ChannelRecord } from '../../fleet/channels/channels.ts'
import { namedBy } from './arns.ts'
import { badRequest, notFound } from './exceptions.ts'
import { clusterOf } from './operation.ts'
import type { Services } from './services.ts'

/** The channel that two ARNs name, its cluster's and its own, or the exception of the model. */
export function channelOf(
  services: Pick<Services, 'channels' | 'clusters'>,
  { ClusterArn, ChannelArn }: { ClusterArn: string | undefined; ChannelArn: string | undefined },
): ChannelRecord {
  const { arn } = clusterOf(services, ClusterArn)
  const record = taggedChannelOf(services, ChannelArn, 'channelArn')
  if (record.clusterArn !== arn) throw notFound('The channel does not exist.', 'channelArn')
  return record
}

const channel = { type: 'channel', noun: 'channel', parts: 3 }

/** The channel that its own ARN names, or the exception of the model. */
export function taggedChannelOf(
  { channels }: Pick<Services, 'channels'>,
  arn: string | undefined,
  parameter: string,
): ChannelRecord {
  return namedBy(arn, channel, parameter, (wanted) => channels.byArn(wanted))
}

export type DestinationType = 'S3' | 'ICEBERG'

export function destinationOf({ spec }: Pick<ChannelRecord, 'spec'>): DestinationType {
  return spec.S3DestinationConfiguration ? 'S3' : 'ICEBERG'
}

/** As it is listed. */
export function channelInfo(record: ChannelRecord): ChannelInfo {
  return {
    ChannelArn: record.arn,
    ChannelName: record.name,
    Status: record.state,
    CreationTime: new Date(record.createdAtMs),
    DestinationType: destinationOf(record),
  }
}

/** MSK Developer Guide, "Data Delivery": how old what is delivered may be. */
const freshness = { minS: 300, maxS: 900 }

export function checkFreshness(seconds: number | undefined): void {
  if (seconds !== undefined && (seconds < freshness.minS || seconds > freshness.maxS))
    throw badRequest(
      `The parameter dataFreshnessInSeconds must be between ${freshness.minS} and ${freshness.maxS}.`,
      'dataFreshnessInSeconds',
    )
}
