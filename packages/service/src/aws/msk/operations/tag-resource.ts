import type { TagResourceRequest } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkTags, keepOwnTags } from '../tags.ts'

export const tagResource =
  (services: Pick<Services, 'clusters'>) =>
  (input: TagResourceRequest): void => {
    const record = clusterOf(services, input.ResourceArn, 'resourceArn')
    const tags = { ...record.tags, ...input.Tags }
    checkTags(tags)
    keepOwnTags(record.tags, tags)
    services.clusters.setTags(record, tags)
  }
