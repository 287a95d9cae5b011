import type { StartStreamEncryptionInput } from '@aws-sdk/client-kinesis'
import { invalidArgument, limitExceeded, stored } from '../exceptions.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const timesADayMax = 25

/** Records that are put from now on say that they are encrypted. There is no key here, and so any name of one will do. */
export const startStreamEncryption =
  (services: Pick<Services, 'streams'>) =>
  (input: StartStreamEncryptionInput): void => {
    const { streams } = services
    const { EncryptionType: type, KeyId: keyId = '' } = input
    if (type !== 'KMS') throw invalidArgument('The only encryption type that can be started is KMS.')
    const stream = activeStreamOf(services, input)
    const changesMs = streams.counted(stream, 'encryption', timesADayMax)
    if (!changesMs)
      throw limitExceeded(
        `Encryption of stream ${stream.record.name} can be started ${timesADayMax} times within 24 hours.`,
      )
    stored(() => streams.update(stream, { encryption: { keyId }, changesMs }))
  }
