import type { MergeShardsInput } from '@aws-sdk/client-kinesis'
import { startsOf } from '../../../streams/shards.ts'
import { shardIdOf } from '../../../streams/stream-record.ts'
import { invalidArgument, stored } from '../exceptions.ts'
import { openShardOf, streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Makes one shard of two whose hash keys are neighbours, in either order.
 *
 * Refuses, in this order: a stream that is not ACTIVE or is on demand; a shard that there is not, or that is closed; two that
 * are no neighbours.
 */
export const mergeShards =
  (services: Services) =>
  (input: MergeShardsInput): void => {
    const { streams } = services
    const stream = streamOfMode(services, input, {
      mode: 'PROVISIONED',
      operation: 'MergeShards',
    })
    const { name, shards } = stream.record
    const first = openShardOf(services, stream, input.ShardToMerge ?? '')
    const second = openShardOf(services, stream, input.AdjacentShardToMerge ?? '')
    const follows = (a: typeof first, b: typeof first) =>
      BigInt(a.endingHashKey) + 1n === BigInt(b.startingHashKey)
    const right = follows(first, second) ? second : follows(second, first) ? first : null
    if (!right)
      throw invalidArgument(
        `Shards ${shardIdOf(first.number)} and ${shardIdOf(second.number)} in stream ${name} under account ${streams.place.account} are not an adjacent pair of shards eligible for merging`,
      )
    const wantedStarts = startsOf(shards).filter((start) => start !== right.startingHashKey)
    stored(() => streams.update(stream, { wantedStarts }))
  }
