import type { DeleteLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import { stored } from '../exceptions.ts'
import { groupOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** With its streams and events. Clusters whose brokers log there lose what they log from then on, and say so. */
export const deleteLogGroup =
  (services: Pick<Services, 'logGroups'>) =>
  ({ logGroupName }: DeleteLogGroupRequest): void => {
    const group = groupOf(services, { logGroupName })
    stored(() => services.logGroups.remove(group))
  }
