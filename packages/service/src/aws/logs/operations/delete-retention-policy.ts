import type { DeleteRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs'
import { stored } from '../exceptions.ts'
import { groupOf } from '../operation.ts'
import type { Services } from '../services.ts'

export const deleteRetentionPolicy =
  (services: Pick<Services, 'logGroups'>) =>
  ({ logGroupName }: DeleteRetentionPolicyRequest): void => {
    const group = groupOf(services, { logGroupName })
    stored(() => services.logGroups.update(group, { retentionDays: null }))
  }
