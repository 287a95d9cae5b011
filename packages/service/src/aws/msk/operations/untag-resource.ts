import type { UntagResourceRequest } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { keepOwnTags } from '../tags.ts'

/**
 * Takes tags away and answers 204; keys that are not there are no error. Tags that decided something at creation stay.
 */
export const untagResource =
  (services: Pick<Services, 'clusters'>) =>
  (input: UntagResourceRequest): void => {
    const record = clusterOf(services, input.ResourceArn, 'resourceArn')
    const gone = new Set(input.TagKeys)
    const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key)))
    keepOwnTags(record.tags, tags)
    services.clusters.setTags(record, tags)
  }
