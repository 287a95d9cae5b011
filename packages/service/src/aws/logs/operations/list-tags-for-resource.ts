import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-cloudwatch-logs'
import { groupOfArn } from '../operation.ts'
import type { Services } from '../services.ts'

export const listTagsForResource =
  (services: Pick<Services, 'logGroups'>) =>
  ({ resourceArn }: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
    tags: groupOfArn(services, resourceArn).tags,
  })
