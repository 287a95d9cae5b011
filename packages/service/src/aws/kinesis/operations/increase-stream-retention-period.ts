import type { IncreaseStreamRetentionPeriodInput } from '@aws-sdk/client-kinesis'
import { invalidArgument, stored } from '../exceptions.ts'
import { activeStreamOf } from '../operation.ts'
import { checkRetention } from '../retention.ts'
import type { Services } from '../services.ts'

/** Keeps records longer: those that are there, too. As long as they are kept changes nothing. */
export const increaseStreamRetentionPeriod =
  (services: Pick<Services, 'streams'>) =>
  (input: IncreaseStreamRetentionPeriodInput): void => {
    const { RetentionPeriodHours: hours = 0 } = input
    checkRetention(hours)
    const stream = activeStreamOf(services, input)
    const { name, retentionHours } = stream.record
    if (hours < retentionHours)
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${name} can not be shorter than existing retention period (${retentionHours} hours). Use DecreaseRetentionPeriod API.`,
      )
    if (hours > retentionHours) stored(() => services.streams.update(stream, { retentionHours: hours }))
  }
