import type { UpdateStreamRecordDistributionStrategyInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'

/** Who says from now on to which shard a record of a stream on demand goes: its partition key, or the service, which spreads them. */
export const updateStreamRecordDistributionStrategy =
  ({ streams }: Pick<Services, 'streams'>) =>
  ({
    StreamARN,
    RecordDistributionStrategy: distribution,
  }: UpdateStreamRecordDistributionStrategyInput): void => {
    const stream = streamOfMode({ streams }, { StreamARN }, 'ON_DEMAND')
    stored(() => streams.update(stream, { distribution: distribution ?? 'USER_PARTITION_KEY' }))
  }
