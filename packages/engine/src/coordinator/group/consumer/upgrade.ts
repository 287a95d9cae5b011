import type { GroupRecord } from '../group-records.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { refusals, type Refused } from './refused.ts'

export function upgraded(
  _context: ConsumerContext,
  groupId: string,
  _records: GroupRecord[],
): ConsumerGroup | Refused {
  return refusals.otherGroup(groupId)
}
