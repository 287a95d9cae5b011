import type { PutRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs'
import { invalidParameter, stored } from '../exceptions.ts'
import { groupOf } from '../operation.ts'
import type { Services } from '../services.ts'

const days = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
  3_653,
]

/** What is older is not shown any more, and goes with the file that it is in. */
export const putRetentionPolicy =
  (services: Pick<Services, 'logGroups'>) =>
  ({ logGroupName, retentionInDays = 0 }: PutRetentionPolicyRequest): void => {
    if (!days.includes(retentionInDays))
      throw invalidParameter(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${days.join(', ')}]`,
      )
    const group = groupOf(services, { logGroupName })
    stored(() => services.logGroups.update(group, { retentionDays: retentionInDays }))
  }
