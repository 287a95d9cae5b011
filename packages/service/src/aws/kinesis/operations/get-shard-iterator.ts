import type { GetShardIteratorInput, GetShardIteratorOutput } from '@aws-sdk/client-kinesis'
import { dryRun, stored, throughputExceeded } from '../exceptions.ts'
import { rateExceeded, readableShardOf, readyStreamOf, shardNumberIn } from '../operation.ts'
import type { Services } from '../services.ts'
import { offsetOf } from '../starting-position.ts'

/**
 * Where reading a shard begins; good for five minutes.
 *
 * Refuses, in this order: what names no shard; a stream, then a shard, that there is not; a bad position; more than five a second
 * of a shard.
 */
export const getShardIterator =
  (services: Services) =>
  async (input: GetShardIteratorInput): Promise<GetShardIteratorOutput> => {
    const { clock, streams } = services
    const number = shardNumberIn(services, input, input.ShardId)
    const stream = readyStreamOf(services, input)
    const shard = readableShardOf(services, stream, number)
    const offset = await offsetOf(services, stream, shard, {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      time: input.Timestamp,
      operation: 'GetShardIterator',
    })
    if (input.DryRun) throw dryRun()
    if (!stream.givesIterator(shard)) throw throughputExceeded(rateExceeded(services, stream, number))
    const { uuid, name: streamName } = stream.record
    const position = { stream: uuid, streamName, shard: number, offset, issuedAtMs: clock.now() }
    return { ShardIterator: stored(() => streams.iterators.give(position)) }
  }
