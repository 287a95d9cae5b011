import type { ListTagsForResourceInput, ListTagsForResourceOutput } from '@aws-sdk/client-kinesis'
import { streamOfResource } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagShapes } from '../tags.ts'

/** All tags of what the ARN names, by their keys. */
export const listTagsForResource =
  (services: Pick<Services, 'streams'>) =>
  (input: ListTagsForResourceInput): ListTagsForResourceOutput => {
    const { record } = streamOfResource(services, input.ResourceARN, 'ListTagsForResource')
    return { Tags: tagShapes(record.tags) }
  }
