import type { TagResourceRequest } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkTags, keepOwnTags } from '../tags.ts'

/**
 * Adds tags or changes them, and answers 204. Refuses the ARN, then what would be against AWS's limits on the whole,
 * then changes of tags that decided something at creation.
 */
export const tagResource =
  (services: Pick<Services, 'clusters'>) =>
  (input: TagResourceRequest): void => {
    const record = clusterOf(services, input.ResourceArn, 'resourceArn')
    const tags = { ...record.tags, ...input.Tags }
    checkTags(tags)
    keepOwnTags(record.tags, tags)
    services.clusters.setTags(record, tags)
  }
