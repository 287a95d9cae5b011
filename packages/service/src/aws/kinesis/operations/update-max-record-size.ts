import type { UpdateMaxRecordSizeInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** How long the data of a record may be from now on. */
export const updateMaxRecordSize =
  (services: Pick<Services, 'streams'>) =>
  (input: UpdateMaxRecordSizeInput): void => {
    const stream = activeStreamOf(services, { StreamARN: input.StreamARN })
    const { MaxRecordSizeInKiB: maxRecordKiB = 0 } = input
    stored(() => services.streams.update(stream, { maxRecordKiB }))
  }
