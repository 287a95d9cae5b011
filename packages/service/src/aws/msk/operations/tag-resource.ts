import type { TagResourceRequest } from '@aws-sdk/client-kafka'
import { taggedOf, type TaggedServices } from '../tagged.ts'
import { checkTags } from '../tags.ts'

/**
 * Adds tags or changes them, and answers 204. Refuses the ARN, then what would be against AWS's limits on the whole,
 * then changes of tags that decided something at creation.
 */
export const tagResource =
  (services: TaggedServices) =>
  (input: TagResourceRequest): void => {
    const { tags: before, setTags } = taggedOf(services, input.ResourceArn)
    const tags = { ...before, ...input.Tags }
    checkTags(tags)
    setTags(tags)
  }
