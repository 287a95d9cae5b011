import type { DeleteStreamInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Deletes a stream in any state, with all that is in it; it is DELETING until that is gone. */
export const deleteStream =
  (services: Pick<Services, 'streams'>) =>
  (input: DeleteStreamInput): void => {
    const stream = streamOf(services, input)
    stored(() => services.streams.delete(stream))
  }
