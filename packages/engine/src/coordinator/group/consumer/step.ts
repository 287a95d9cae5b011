import type { GroupRecord } from '../group-records.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, currentAssignmentOf, sameCurrentAssignment } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { reconcile, type Reconciliation } from './reconcile.ts'
import { subscribedTopicIds } from './target-assignment.ts'
import { limitRebalance } from './timers.ts'

/** The member's next step, recorded; null: it has to join anew. */
export function step(
  context: ConsumerContext,
  group: ConsumerGroup,
  member: ConsumerMember,
  towards: Omit<Reconciliation, 'isSubscribedTo' | 'isHeld'>,
  records: GroupRecord[],
): ConsumerMember | null {
  const { groupId } = group
  // Looked up at the first partition that is in question: most heartbeats bring none.
  let topicIds: ReadonlySet<string> | null = null
  const next = reconcile(member, {
    ...towards,
    isSubscribedTo: (topicId) =>
      (topicIds ??= subscribedTopicIds(context.topics, group, member)).has(topicId),
    isHeld: (topicId, partition) => group.isHeld(topicId, partition),
  })
  if (!next || sameCurrentAssignment(next, member)) return next
  records.push(consumerRecords.currentAssignment(groupId, next.memberId, currentAssignmentOf(next)))
  limitRebalance(context, groupId, next)
  return next
}
