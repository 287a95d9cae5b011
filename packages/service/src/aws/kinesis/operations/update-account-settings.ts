import type { UpdateAccountSettingsInput, UpdateAccountSettingsOutput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import type { Services } from '../services.ts'
import { commitmentShape } from '../shapes.ts'

/** Begins or ends the commitment that warm streams need on AWS; one that has begun lasts a day at least. */
export const updateAccountSettings =
  ({ streams }: Pick<Services, 'streams'>) =>
  (input: UpdateAccountSettingsInput): UpdateAccountSettingsOutput => {
    stored(() => streams.account.commit(input.MinimumThroughputBillingCommitment?.Status === 'ENABLED'))
    return { MinimumThroughputBillingCommitment: commitmentShape(streams.account) }
  }
