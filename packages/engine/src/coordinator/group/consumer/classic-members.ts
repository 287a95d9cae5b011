import { ErrorCode } from '@sluice/wire'
import type { FinalGroupDecision } from '../shard-context.ts'
import type { LeaveResult, LeavingMember } from '../leaving.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'
import { fence } from './fence.ts'
import { memberOf } from './leave.ts'
import { Refused } from './refused.ts'

/** LeaveGroup: by members of the classic protocol, or by an administrator, who may mean any member. */
export function leaveAsClassic(
  context: ConsumerContext,
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
): FinalGroupDecision<LeaveResult[]> {
  const members = new Set<ConsumerMember>()
  const response = leaving.map(({ memberId, groupInstanceId }) => {
    const member = leavingMember(group, memberId, groupInstanceId)
    const errorCode = member instanceof Refused ? member.errorCode : ErrorCode.NONE
    if (!(member instanceof Refused)) members.add(member)
    return { memberId, groupInstanceId, errorCode }
  })
  return fence(context, group, [...members], response)
}

/** An administrator names an instance alone. */
function leavingMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerMember | Refused {
  const isMeantByInstance = instanceId !== null && memberId === ''
  return memberOf(
    group,
    isMeantByInstance ? (group.staticMembers.get(instanceId) ?? '') : memberId,
    instanceId,
  )
}
