import type { CreateLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs'
import { exists, limitExceeded, stored } from '../exceptions.ts'
import { groupOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Of one group: each may hold 16 MiB. */
const streamsMax = 1_000

export const createLogStream =
  (services: Pick<Services, 'logGroups'>) =>
  ({ logGroupName, logStreamName: name = '' }: CreateLogStreamRequest): void => {
    const { logGroups } = services
    const group = groupOf(services, { logGroupName })
    if (logGroups.stream(group, name)) throw exists('stream')
    if (logGroups.streams(group).length >= streamsMax) throw limitExceeded()
    stored(() => logGroups.createStream(group, name))
  }
