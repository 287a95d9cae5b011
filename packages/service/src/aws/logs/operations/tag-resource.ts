import type { TagResourceRequest } from '@aws-sdk/client-cloudwatch-logs'
import { stored } from '../exceptions.ts'
import { checkedTags, groupOfArn } from '../operation.ts'
import type { Services } from '../services.ts'

export const tagResource =
  (services: Pick<Services, 'logGroups'>) =>
  ({ resourceArn, tags }: TagResourceRequest): void => {
    const group = groupOfArn(services, resourceArn)
    const all = checkedTags({ ...group.tags, ...tags })
    stored(() => services.logGroups.update(group, { tags: all }))
  }
