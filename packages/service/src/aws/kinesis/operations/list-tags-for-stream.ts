import type { ListTagsForStreamInput, ListTagsForStreamOutput } from '@aws-sdk/client-kinesis'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { tagShapes } from '../tags.ts'

const limitDefault = 50

/** The tags of a stream by their keys: those behind ExclusiveStartTagKey. */
export const listTagsForStream =
  (services: Pick<Services, 'streams'>) =>
  (input: ListTagsForStreamInput): ListTagsForStreamOutput => {
    const { ExclusiveStartTagKey: after = '', Limit: limit = limitDefault } = input
    const rest = tagShapes(streamOf(services, input).record.tags).filter(({ Key }) => Key > after)
    return { Tags: rest.slice(0, limit), HasMoreTags: rest.length > limit }
  }
