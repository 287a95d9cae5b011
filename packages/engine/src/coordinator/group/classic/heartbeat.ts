import { ErrorCode } from '@sluice/wire'
import { answer } from '../../decision.ts'
import type { ClassicContext, FinalGroupDecision } from './classic-context.ts'
import type { ClassicMember } from './classic-member.ts'
import { scheduleHeartbeat } from './rebalance.ts'

export interface HeartbeatRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** A heartbeat with the right generation counts, also while the group waits for its assignment. */
export function heartbeat(context: ClassicContext, request: HeartbeatRequest): FinalGroupDecision<ErrorCode> {
  const group = context.groups.get(request.groupId)
  if (!group) return answer(ErrorCode.UNKNOWN_MEMBER_ID)
  const error = group.validateMember(request.memberId, request.groupInstanceId)
  if (error !== ErrorCode.NONE) return answer(error)
  if (request.generationId !== group.generationId) return answer(ErrorCode.ILLEGAL_GENERATION)
  if (group.isIn('Empty', 'Dead')) return answer(ErrorCode.UNKNOWN_MEMBER_ID)
  scheduleHeartbeat(context, group, group.members.get(request.memberId) as ClassicMember)
  return answer(group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE)
}
