import type { DecreaseStreamRetentionPeriodInput } from '@aws-sdk/client-kinesis'
import { invalidArgument, stored } from '../exceptions.ts'
import { activeStreamOf } from '../operation.ts'
import { checkRetention } from '../retention.ts'
import type { Services } from '../services.ts'

/** Keeps records shorter: what is older does not show from now on. */
export const decreaseStreamRetentionPeriod =
  (services: Pick<Services, 'streams'>) =>
  (input: DecreaseStreamRetentionPeriodInput): void => {
    const { RetentionPeriodHours: hours = 0 } = input
    checkRetention(hours)
    const stream = activeStreamOf(services, input)
    const { name, retentionHours } = stream.record
    if (hours > retentionHours)
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${name} can not be longer than existing retention period (${retentionHours} hours). Use IncreaseRetentionPeriod API.`,
      )
    if (hours < retentionHours) stored(() => services.streams.update(stream, { retentionHours: hours }))
  }
