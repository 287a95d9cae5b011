import type { GroupRecord } from '../group-records.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, currentAssignmentOf } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'

/** In this order, for a member is not removed while it has something. */
export function removalRecords(groupId: string, memberId: string): GroupRecord[] {
  return [
    consumerRecords.currentAssignment(groupId, memberId, null),
    consumerRecords.target(groupId, memberId, null),
    consumerRecords.member(groupId, memberId, null),
  ]
}

/** A static member is back under another id, and has what it had. */
export function replacementRecords(
  group: ConsumerGroup,
  former: ConsumerMember,
  back: ConsumerMember,
): GroupRecord[] {
  const { groupId } = group
  return [
    ...removalRecords(groupId, former.memberId),
    consumerRecords.member(groupId, back.memberId, back.metadata),
    consumerRecords.target(groupId, back.memberId, group.targetOf(former)),
    consumerRecords.currentAssignment(groupId, back.memberId, currentAssignmentOf(back)),
  ]
}
