import type { TagResourceInput } from '@aws-sdk/client-kinesis'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'

/** Gives a stream or a consumer tags, or other values of those that it has. */
export const tagResource =
  (services: Pick<Services, 'streams'>) =>
  (input: TagResourceInput): void => {
    const resource = resourceOf(services, input.ResourceARN)
    resource.change({ tags: checkedTags(input.Tags, resource.tags) })
  }
