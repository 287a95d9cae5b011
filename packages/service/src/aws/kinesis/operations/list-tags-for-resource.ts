import type { ListTagsForResourceInput, ListTagsForResourceOutput } from '@aws-sdk/client-kinesis'
import { resourceOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagShapes } from '../tags.ts'

/** All tags of a stream or a consumer, by their keys. */
export const listTagsForResource =
  (services: Pick<Services, 'streams'>) =>
  (input: ListTagsForResourceInput): ListTagsForResourceOutput => ({
    Tags: tagShapes(resourceOf(services, input.ResourceARN).tags),
  })
