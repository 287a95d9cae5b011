import type { UntagResourceRequest } from '@aws-sdk/client-kafka'
import { taggedOf, type TaggedServices } from '../tagged.ts'

/**
 * Takes tags away and answers 204; keys that are not there are no error. Tags that decided something at creation stay.
 */
export const untagResource =
  (services: TaggedServices) =>
  (input: UntagResourceRequest): void => {
    const { tags, setTags } = taggedOf(services, input.ResourceArn)
    const gone = new Set(input.TagKeys)
    setTags(Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))))
  }
