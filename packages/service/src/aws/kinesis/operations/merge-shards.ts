import type { MergeShardsInput } from '@aws-sdk/client-kinesis'
import { startsOf } from '../../../streams/shards.ts'
import { shardIdOf } from '../../../streams/stream-record.ts'
import { invalidArgument, stored } from '../exceptions.ts'
import { openShardOf, shardNumberIn, streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Makes one shard of two, the second of which begins with the hash key that follows on the last of the first.
 *
 * Refuses, in this order: what names no shard; a stream that is not ACTIVE or is on demand; a shard that there is not, or that is
 * closed; two that are no neighbours, or in the other order.
 */
export const mergeShards =
  (services: Services) =>
  (input: MergeShardsInput): void => {
    const { streams } = services
    const firstNumber = shardNumberIn(services, input, input.ShardToMerge)
    const secondNumber = shardNumberIn(services, input, input.AdjacentShardToMerge)
    const stream = streamOfMode(services, input, 'PROVISIONED')
    const { name, shards } = stream.record
    const first = openShardOf(services, stream, firstNumber)
    const second = openShardOf(services, stream, secondNumber)
    if (BigInt(first.endingHashKey) + 1n !== BigInt(second.startingHashKey))
      throw invalidArgument(
        `Shards ${shardIdOf(firstNumber)} and ${shardIdOf(secondNumber)} in stream ${name} under account ${streams.place.account} are not an adjacent pair of shards eligible for merging`,
      )
    const wantedStarts = startsOf(shards).filter((start) => start !== second.startingHashKey)
    stored(() => streams.update(stream, { wantedStarts }))
  }
