import type { AddTagsToStreamInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'

/** Gives a stream tags, or other values of those that it has. */
export const addTagsToStream =
  (services: Pick<Services, 'streams'>) =>
  (input: AddTagsToStreamInput): void => {
    const stream = streamOf(services, input)
    const tags = checkedTags(input.Tags, stream.record.tags)
    stored(() => services.streams.describe(stream, { tags }))
  }
