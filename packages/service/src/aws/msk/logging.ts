import type { LoggingInfo } from '@aws-sdk/client-kafka'
import { badRequest } from './exceptions.ts'
import type { Services } from './services.ts'

/**
 * "Amazon MSK doesn't create these destination resources for you if they don't already exist" (Developer Guide, "Logging").
 * Of a log group we know whether it is there; buckets and delivery streams are directories, made when they are needed.
 */
export function checkLogging(
  { logGroups }: Pick<Services, 'logGroups'>,
  { BrokerLogs: logs }: Partial<LoggingInfo> = {},
): void {
  const { CloudWatchLogs: group, S3: s3, Firehose: firehose } = logs ?? {}
  const needs = (name: string | undefined, parameter: string) => {
    if (!name) throw badRequest(`Broker logs need a destination: ${parameter} is missing.`, parameter)
  }
  if (group?.Enabled) {
    needs(group.LogGroup, 'logGroup')
    if (!logGroups.find(group.LogGroup ?? ''))
      throw badRequest(`The log group ${group.LogGroup} does not exist.`, 'logGroup')
  }
  if (s3?.Enabled) needs(s3.Bucket, 'bucket')
  if (firehose?.Enabled) needs(firehose.DeliveryStream, 'deliveryStream')
}
