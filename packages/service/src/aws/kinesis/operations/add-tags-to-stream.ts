import type { AddTagsToStreamInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkedTags, tagsMax } from '../tags.ts'

/** Gives a stream tags, or other values of those that it has. */
export const addTagsToStream =
  (services: Pick<Services, 'streams'>) =>
  (input: AddTagsToStreamInput): void => {
    const stream = streamOf(services, input)
    const { name, tags: before } = stream.record
    const tooMany = `Failed to add tags to stream ${name} under account ${services.streams.place.account} because a given stream cannot have more than ${tagsMax} tags associated with it.`
    const tags = checkedTags(input.Tags, before, tooMany)
    stored(() => services.streams.describe(stream, { tags }))
  }
