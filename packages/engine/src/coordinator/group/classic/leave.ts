import { ErrorCode } from '@sluice/wire'
import { answer, withResponse } from '../../decision.ts'
import type { FinalGroupDecision, ShardContext } from '../shard-context.ts'
import { timerKeys } from './timer-keys.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { LeaveResult, LeavingMember } from '../leaving.ts'
import { afterRemoval } from './rebalance.ts'

/** Several members may be removed at once (v3): by themselves, or by an administrator who names instances. */
export function leave(
  context: ShardContext,
  groupId: string,
  members: readonly LeavingMember[],
): FinalGroupDecision<LeaveResult[]> {
  const group = context.groups.classic(groupId)
  const response = members.map(({ memberId, groupInstanceId, reason }) => ({
    memberId,
    groupInstanceId,
    errorCode: group
      ? removeMember(context, group, memberId, groupInstanceId, reason)
      : ErrorCode.UNKNOWN_MEMBER_ID,
  }))
  const left = response.filter(({ errorCode }) => errorCode === ErrorCode.NONE)
  if (!group || left.length === 0) return answer(response)
  return withResponse(afterRemoval(context, group, `${left.length} members have left`), response)
}

function removeMember(
  context: ShardContext,
  group: ClassicGroup,
  memberId: string,
  groupInstanceId: string | null,
  reason: string | null,
): ErrorCode {
  let leaving = memberId
  if (memberId === '') {
    const known = groupInstanceId === null ? undefined : group.staticMembers.get(groupInstanceId)
    if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
    leaving = known
  } else if (!group.pendingJoinMembers.has(memberId)) {
    const error = group.validateMember(memberId, groupInstanceId)
    if (error !== ErrorCode.NONE) return error
  }
  context.timer.cancel(timerKeys.heartbeat(group.groupId, leaving))
  group.remove(leaving)
  context.logger.info('member leaves', { group: group.groupId, member: leaving, reason })
  return ErrorCode.NONE
}
