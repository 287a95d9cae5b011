import type {
  UpdateStreamWarmThroughputInput,
  UpdateStreamWarmThroughputOutput,
} from '@aws-sdk/client-kinesis'
import { evenShards, openShards, startsOf } from '../../../streams/shards.ts'
import { AwsException } from '../../exceptions.ts'
import { limitExceeded, stored } from '../exceptions.ts'
import { checkShardLimit, warmMiBpsMax } from '../limits.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Has a stream on demand ready for so many MiB a second: it is given a shard for each, and keeps those that it has beyond.
 *
 * Refuses, in this order: an account without the commitment that this needs; a stream that is not ACTIVE, or is provisioned; more
 * than a stream may have.
 */
export const updateStreamWarmThroughput =
  (services: Services) =>
  (input: UpdateStreamWarmThroughputInput): UpdateStreamWarmThroughputOutput => {
    const { streams } = services
    const { WarmThroughputMiBps: target = 0 } = input
    if (!streams.account.isCommitted)
      throw new AwsException(
        'ValidationException',
        400,
        'Warm throughput needs MinimumThroughputBillingCommitment to be ENABLED for the account; see UpdateAccountSettings.',
      )
    const stream = activeStreamOf(services, input)
    const { name, arn, mode, shards } = stream.record
    if (mode !== 'ON_DEMAND')
      throw new AwsException(
        'ValidationException',
        400,
        `UpdateStreamWarmThroughput is only supported for data streams with the on-demand capacity mode; stream ${name} is PROVISIONED.`,
      )
    if (target > warmMiBpsMax)
      throw limitExceeded(`A stream can have a warm throughput of at most ${warmMiBpsMax} MiB a second.`)
    const count = openShards(shards).length
    checkShardLimit(services, target - count)
    const wantedStarts = target > count ? startsOf(evenShards(target, 0)) : null
    stored(() => streams.update(stream, { warmMiBps: target, wantedStarts }))
    return {
      StreamName: name,
      StreamARN: arn,
      WarmThroughput: { TargetMiBps: target, CurrentMiBps: Math.max(count, 0) },
    }
  }
