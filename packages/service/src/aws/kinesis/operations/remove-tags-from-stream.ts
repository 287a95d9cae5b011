import type { RemoveTagsFromStreamInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagsWithout } from '../tags.ts'

/** Takes tags from a stream; keys that it has not are none of them. */
export const removeTagsFromStream =
  (services: Pick<Services, 'streams'>) =>
  (input: RemoveTagsFromStreamInput): void => {
    const stream = streamOf(services, input)
    const tags = tagsWithout(stream.record.tags, input.TagKeys)
    stored(() => services.streams.describe(stream, { tags }))
  }
