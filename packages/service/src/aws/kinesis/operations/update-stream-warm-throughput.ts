import type {
  UpdateStreamWarmThroughputInput,
  UpdateStreamWarmThroughputOutput,
} from '@aws-sdk/client-kinesis'
import { openShards } from '../../../streams/shards.ts'
import { stored } from '../exceptions.ts'
import { streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkWarm, warmed } from '../warm-throughput.ts'

/**
 * Has a stream on demand ready for so many MiB a second: it is given a shard for each, and keeps those that it has beyond.
 *
 * Refuses, in this order: an account without the commitment that this needs; more than a stream may have; a stream that is not
 * ACTIVE, or is provisioned; more shards than an account may have.
 */
export const updateStreamWarmThroughput =
  (services: Services) =>
  (input: UpdateStreamWarmThroughputInput): UpdateStreamWarmThroughputOutput => {
    const { streams } = services
    const { WarmThroughputMiBps: target = 0 } = input
    checkWarm(services, target)
    const stream = streamOfMode(services, input, 'ON_DEMAND')
    const { name, arn, shards } = stream.record
    stored(() => streams.update(stream, warmed(services, shards, target)))
    return {
      StreamName: name,
      StreamARN: arn,
      WarmThroughput: { TargetMiBps: target, CurrentMiBps: openShards(shards).length },
    }
  }
