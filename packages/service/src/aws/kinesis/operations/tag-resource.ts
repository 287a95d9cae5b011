import type { TagResourceInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOfResource } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'

/** Gives what the ARN names tags, or other values of those that it has. */
export const tagResource =
  (services: Pick<Services, 'streams'>) =>
  (input: TagResourceInput): void => {
    const stream = streamOfResource(services, input.ResourceARN, 'TagResource')
    const tags = checkedTags(input.Tags, stream.record.tags)
    stored(() => services.streams.describe(stream, { tags }))
  }
