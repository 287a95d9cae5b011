import { answer } from '../../decision.ts'
import type { GroupDecision } from '../shard-context.ts'
import { noPossession, partitionsOf, possessedSince } from './assignment.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, currentAssignmentOf, staticLeaveEpoch } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { fence } from './fence.ts'
import { type HeartbeatAnswer, Refused, refusals } from './refused.ts'

interface Leaving {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | null
  readonly memberEpoch: number
}

export function leaveConsumerGroup(
  context: ConsumerContext,
  { groupId, memberId, instanceId, memberEpoch }: Leaving,
): GroupDecision<HeartbeatAnswer> {
  const group = context.groups.consumer(groupId)
  if (!group) {
    const isThere = context.groups.has(groupId)
    return answer((isThere ? refusals.otherGroup(groupId) : refusals.groupNotFound(groupId)).answer)
  }
  const member = memberOf(group, memberId, instanceId)
  if (member instanceof Refused) return answer(member.answer)
  context.logger.info('member leaves', { group: groupId, member: memberId })
  const response = { memberId, memberEpoch }
  if (instanceId === null || memberEpoch !== staticLeaveEpoch)
    return fence(context, group, [member], response)
  return { records: [waitingRecord(group, member)], response }
}

/** Its partitions are kept for it until its session ends; whoever comes back under its instance has had them for ever. */
function waitingRecord({ groupId }: ConsumerGroup, member: ConsumerMember) {
  const waiting = {
    ...member,
    memberEpoch: staticLeaveEpoch,
    assigned: possessedSince(partitionsOf(member.assigned), 0),
    revoking: noPossession,
  }
  return consumerRecords.currentAssignment(groupId, member.memberId, currentAssignmentOf(waiting))
}

/** Who is meant by a member id, and by the instance that it may be of. */
export function memberOf(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerMember | Refused {
  if (instanceId === null) return group.members.get(memberId) ?? refusals.noMember(memberId, group.groupId)
  const holder = group.staticMember(instanceId)
  if (!holder) return refusals.noInstance(instanceId)
  return holder.memberId === memberId
    ? holder
    : refusals.fencedInstance(memberId, instanceId, holder.memberId)
}
