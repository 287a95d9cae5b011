import type { GroupRecord } from '../group-records.ts'
import type { ConsumerContext, MaySee } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, regexOf } from './consumer-member.ts'
import type { Refused } from './refused.ts'

/** `resolved`: the topics of the member's other expression are known, or it has none any more. */
type RegexChange = 'same' | 'changed' | 'resolved'

export function followRegex(
  _context: ConsumerContext,
  _group: ConsumerGroup,
  { from, to }: { readonly from: ConsumerMember; readonly to: ConsumerMember },
  _maySee: MaySee,
  _records: GroupRecord[],
): RegexChange | Refused {
  return regexOf(from) === regexOf(to) ? 'same' : 'changed'
}
