import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup,
} from '@aws-sdk/client-cloudwatch-logs'
import type { LogGroupRecord } from '../../../fleet/logs/log-group-record.ts'
import { invalidParameter } from '../exceptions.ts'
import { pageByName } from '../operation.ts'
import type { Services } from '../services.ts'

const pageSize = 50

/** In order of their names; by a prefix of them, or by a text that is anywhere in them. */
export const describeLogGroups =
  ({ logGroups }: Pick<Services, 'logGroups'>) =>
  (input: DescribeLogGroupsRequest): DescribeLogGroupsResponse => {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, limit = pageSize } = input
    if (prefix !== undefined && pattern !== undefined)
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      )
    const wanted = logGroups
      .list()
      .filter(({ name }) => name.startsWith(prefix ?? ''))
      .filter(({ name }) => name.toLowerCase().includes((pattern ?? '').toLowerCase()))
      .filter(({ logGroupClass }) => [undefined, logGroupClass].includes(input.logGroupClass))
      .filter(({ arn, name }) => input.logGroupIdentifiers?.some((id) => id === arn || id === name) ?? true)
    const { items, nextToken } = pageByName(wanted, limit, input.nextToken)
    const shown = items.map((record) => described(record, logGroups))
    return { logGroups: shown, ...(nextToken !== undefined && { nextToken }) }
  }

function described(record: LogGroupRecord, logGroups: Services['logGroups']): LogGroup {
  const { arn, name, createdAtMs, retentionDays, kmsKeyId, logGroupClass } = record
  return {
    logGroupName: name,
    creationTime: createdAtMs,
    ...(retentionDays !== null && { retentionInDays: retentionDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: logGroups.streams(record).reduce((sum, { bytes }) => sum + bytes, 0),
    ...(kmsKeyId !== null && { kmsKeyId }),
    logGroupClass: logGroupClass as 'STANDARD',
    logGroupArn: arn,
    deletionProtectionEnabled: false,
  }
}
