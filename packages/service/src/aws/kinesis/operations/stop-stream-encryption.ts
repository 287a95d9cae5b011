import type { StopStreamEncryptionInput } from '@aws-sdk/client-kinesis'
import { invalidArgument, stored } from '../exceptions.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Records that are put from now on are not said to be encrypted; a stream that has no key stays as it is. */
export const stopStreamEncryption =
  (services: Pick<Services, 'streams'>) =>
  (input: StopStreamEncryptionInput): void => {
    if (input.EncryptionType !== 'KMS')
      throw invalidArgument('The only encryption type that can be stopped is KMS.')
    const stream = activeStreamOf(services, input)
    if (stream.record.encryption) stored(() => services.streams.update(stream, { encryption: null }))
  }
