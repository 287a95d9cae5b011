import type { UntagResourceInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOfResource } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagsWithout } from '../tags.ts'

/** Takes tags from what the ARN names; keys that it has not are none of them. */
export const untagResource =
  (services: Pick<Services, 'streams'>) =>
  (input: UntagResourceInput): void => {
    const stream = streamOfResource(services, input.ResourceARN, 'UntagResource')
    const tags = tagsWithout(stream.record.tags, input.TagKeys)
    stored(() => services.streams.describe(stream, { tags }))
  }
