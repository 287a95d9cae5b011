import type { UpdateShardCountInput, UpdateShardCountOutput } from '@aws-sdk/client-kinesis'
import { evenShards, openShards, startsOf } from '../../../streams/shards.ts'
import { invalidArgument, limitExceeded, stored } from '../exceptions.ts'
import { checkShardLimit } from '../limits.ts'
import { streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'

const targetMax = 10_000
const timesADayMax = 10

/**
 * Splits and merges until so many shards share all hash keys evenly. The stream is UPDATING until then.
 *
 * Refuses, in this order: a stream that is not ACTIVE or is on demand; a count that it has, more than 10,000, more than twice or
 * less than half of it; an eleventh time within a day; more shards than an account may have.
 */
export const updateShardCount =
  (services: Services) =>
  (input: UpdateShardCountInput): UpdateShardCountOutput => {
    const { TargetShardCount: target = 0 } = input
    const { streams } = services
    const stream = streamOfMode(services, input, 'PROVISIONED')
    const { name, arn, shards } = stream.record
    const count = openShards(shards).length
    const counts = `Current open shard count: ${count}, Target shard count: ${target}`
    if (target === count) throw invalidArgument(`The target shard count is the current one. ${counts}`)
    if (target > targetMax)
      throw limitExceeded(
        `Target shard count or number of open shards cannot be greater than ${targetMax}. ${counts}`,
      )
    if (target > count * 2)
      throw limitExceeded(
        `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
      )
    if (target * 2 < count)
      throw limitExceeded(
        `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
      )
    const changesMs = streams.counted(stream, 'shardCount', timesADayMax)
    if (!changesMs)
      throw limitExceeded(
        `UpdateShardCount was called ${timesADayMax} times for stream ${name} within the last 24 hours, which is the most there is.`,
      )
    checkShardLimit(services, target - count)
    const wantedStarts = startsOf(evenShards(target, 0))
    stored(() => streams.update(stream, { wantedStarts, changesMs }))
    return { StreamName: name, StreamARN: arn, CurrentShardCount: count, TargetShardCount: target }
  }
