import type { DeleteLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs'
import { stored } from '../exceptions.ts'
import { groupOf, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** With its events. A broker that logs there begins a new one. */
export const deleteLogStream =
  (services: Pick<Services, 'logGroups'>) =>
  ({ logGroupName, logStreamName }: DeleteLogStreamRequest): void => {
    const group = groupOf(services, { logGroupName })
    const stream = streamOf(services, group, logStreamName)
    stored(() => services.logGroups.removeStream(group, stream))
  }
