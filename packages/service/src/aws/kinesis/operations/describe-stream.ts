import type { DescribeStreamInput, DescribeStreamOutput } from '@aws-sdk/client-kinesis'
import { shardNumberOf } from '../../../streams/stream-record.ts'
import { invalidArgument } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { shownShards, streamShape } from '../shapes.ts'

const limitDefault = 100

/** A stream with a page of its shards, by their numbers: those behind ExclusiveStartShardId. */
export const describeStream =
  (services: Pick<Services, 'streams' | 'clock'>) =>
  (input: DescribeStreamInput): DescribeStreamOutput => {
    const { Limit: limit = limitDefault, ExclusiveStartShardId: after } = input
    const { record } = streamOf(services, input)
    const start = after === undefined ? -1 : shardNumberOf(after)
    if (start === undefined) throw invalidArgument(`Invalid ExclusiveStartShardId: ${after}`)
    const shards = shownShards(record, services.clock.now()).filter(({ number }) => number > start)
    const page = { shards: shards.slice(0, limit), hasMore: shards.length > limit }
    return { StreamDescription: streamShape(record, page) }
  }
