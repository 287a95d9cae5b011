import type { DescribeAccountSettingsOutput } from '@aws-sdk/client-kinesis'
import type { Services } from '../services.ts'
import { commitmentShape } from '../shapes.ts'

/** What is of all streams of the account. */
export const describeAccountSettings =
  ({ streams }: Pick<Services, 'streams'>) =>
  (): DescribeAccountSettingsOutput => ({
    MinimumThroughputBillingCommitment: commitmentShape(streams.account),
  })
