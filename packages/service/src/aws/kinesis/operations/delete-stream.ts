import type { DeleteStreamInput } from '@aws-sdk/client-kinesis'
import { inUse, stored } from '../exceptions.ts'
import { checkNoneHangsOn, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Deletes a stream in any state, with all that is in it; it is DELETING until that is gone. One with consumers has to be asked for twice, and one with channels
 * or queues is refused.
 */
export const deleteStream =
  (services: Pick<Services, 'streams'>) =>
  (input: DeleteStreamInput): void => {
    const stream = streamOf(services, input)
    checkNoneHangsOn(services, stream, 'deleted')
    const { name, consumers } = stream.record
    if (consumers.length > 0 && input.EnforceConsumerDeletion !== true)
      throw inUse(
        `Stream ${name} under account ${services.streams.place.account} has registered consumers. Deregister them, or set EnforceConsumerDeletion.`,
      )
    stored(() => services.streams.delete(stream))
  }
