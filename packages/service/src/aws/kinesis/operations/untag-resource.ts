import type { UntagResourceInput } from '@aws-sdk/client-kinesis'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagsWithout } from '../tags.ts'

/** Takes tags from a stream or a consumer; keys that it has not are none of them. */
export const untagResource =
  (services: Pick<Services, 'streams'>) =>
  (input: UntagResourceInput): void => {
    const resource = resourceOf(services, input.ResourceARN)
    resource.change({ tags: tagsWithout(resource.tags, input.TagKeys) })
  }
