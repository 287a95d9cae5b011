import type { UntagResourceRequest } from '@aws-sdk/client-cloudwatch-logs'
import { stored } from '../exceptions.ts'
import { groupOfArn } from '../operation.ts'
import type { Services } from '../services.ts'

export const untagResource =
  (services: Pick<Services, 'logGroups'>) =>
  ({ resourceArn, tagKeys = [] }: UntagResourceRequest): void => {
    const group = groupOfArn(services, resourceArn)
    const left = Object.entries(group.tags).filter(([key]) => !tagKeys.includes(key))
    stored(() => services.logGroups.update(group, { tags: Object.fromEntries(left) }))
  }
