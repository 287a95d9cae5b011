import type { GetShardIteratorInput, GetShardIteratorOutput } from '@aws-sdk/client-kinesis'
import { dryRun, stored } from '../exceptions.ts'
import { readyStreamOf, shardOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { offsetOf } from '../starting-position.ts'

/** Where reading a shard begins; good for five minutes. */
export const getShardIterator =
  (services: Services) =>
  async (input: GetShardIteratorInput): Promise<GetShardIteratorOutput> => {
    const { clock, streams } = services
    const stream = readyStreamOf(services, input)
    const shard = shardOf(services, stream, input.ShardId ?? '')
    const offset = await offsetOf(services, stream, shard, {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      time: input.Timestamp,
      operation: 'GetShardIterator',
    })
    if (input.DryRun) throw dryRun()
    const { uuid, name: streamName } = stream.record
    const position = { stream: uuid, streamName, shard: shard.number, offset, issuedAtMs: clock.now() }
    return { ShardIterator: stored(() => streams.iterators.give(position)) }
  }
