import type { SplitShardInput } from '@aws-sdk/client-kinesis'
import { startsOf } from '../../../streams/shards.ts'
import { shardIdOf } from '../../../streams/stream-record.ts'
import { invalidArgument, stored } from '../exceptions.ts'
import { checkShardLimit } from '../limits.ts'
import { openShardOf, shardNumberIn, streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Makes two shards of one, the second of which begins at NewStartingHashKey. The stream is UPDATING until it is so; records
 * come and go meanwhile.
 *
 * Refuses, in this order: what names no shard; a stream that is not ACTIVE or is on demand; a shard that there is not, or that is
 * closed; a hash key that is not inside of it; more shards than an account may have.
 */
export const splitShard =
  (services: Services) =>
  (input: SplitShardInput): void => {
    const { NewStartingHashKey: start = '' } = input
    const { streams } = services
    const number = shardNumberIn(services, input, input.ShardToSplit)
    const stream = streamOfMode(services, input, 'PROVISIONED')
    const { name, shards } = stream.record
    const shard = openShardOf(services, stream, number)
    const { startingHashKey, endingHashKey } = shard
    if (BigInt(start) <= BigInt(startingHashKey) + 1n || BigInt(start) >= BigInt(endingHashKey))
      throw invalidArgument(
        `NewStartingHashKey ${start} used in SplitShard() on shard ${shardIdOf(number)} in stream ${name} under account ${streams.place.account} is not both greater than one plus the shard's StartingHashKey ${startingHashKey} and less than the shard's EndingHashKey ${endingHashKey}.`,
      )
    checkShardLimit(services, 1)
    stored(() => streams.update(stream, { wantedStarts: [...startsOf(shards), start] }))
  }
