import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream as LogStreamShape,
} from '@aws-sdk/client-cloudwatch-logs'
import type { LogStream } from '../../../fleet/logs/log-stream.ts'
import { invalidParameter } from '../exceptions.ts'
import { groupOf } from '../operation.ts'
import type { Services } from '../services.ts'

const pageSize = 50

/** By name, or by the time of the last event, which no prefix goes with. A page begins behind what its token counts. */
export const describeLogStreams =
  (services: Pick<Services, 'logGroups'>) =>
  (input: DescribeLogStreamsRequest): DescribeLogStreamsResponse => {
    const {
      logStreamNamePrefix: prefix,
      orderBy,
      descending,
      limit = pageSize,
      nextToken: token = '0',
    } = input
    if (prefix !== undefined && orderBy === 'LastEventTime')
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
    if (!/^\d{1,9}$/.test(token)) throw invalidParameter('The specified nextToken is invalid.')
    const group = groupOf(services, input)
    const found = services.logGroups.streams(group).filter(({ name }) => name.startsWith(prefix ?? ''))
    if (orderBy === 'LastEventTime') found.sort((a, b) => (a.youngestMs ?? 0) - (b.youngestMs ?? 0))
    if (descending) found.reverse()
    const start = Number(token)
    const end = start + limit
    return {
      logStreams: found.slice(start, end).map((stream) => described(stream, group.arn)),
      ...(end < found.length && { nextToken: String(end) }),
    }
  }

function described(stream: LogStream, groupArn: string): LogStreamShape {
  const { name, createdAtMs, oldestMs, youngestMs, ingestedAtMs } = stream
  return {
    logStreamName: name,
    creationTime: createdAtMs,
    ...(oldestMs !== null && { firstEventTimestamp: oldestMs }),
    ...(youngestMs !== null && { lastEventTimestamp: youngestMs }),
    ...(ingestedAtMs !== null && { lastIngestionTime: ingestedAtMs }),
    uploadSequenceToken: String(stream.nextSequence).padStart(56, '0'),
    arn: `${groupArn}:log-stream:${name}`,
    // AWS answers 0 since 2019.
    storedBytes: 0,
  }
}
