import { ErrorCode } from '@sluice/wire'
import { answer } from '../../decision.ts'
import type { ShardContext, FinalGroupDecision } from '../shard-context.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { scheduleHeartbeat } from './rebalance.ts'

export interface HeartbeatRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** A heartbeat with the right generation counts, also while the group waits for its assignment. */
export function heartbeat(context: ShardContext, request: HeartbeatRequest): FinalGroupDecision<ErrorCode> {
  const group = context.groups.classic(request.groupId)
  if (!group) return answer(ErrorCode.UNKNOWN_MEMBER_ID)
  const error = group.validateMember(request.memberId, request.groupInstanceId)
  if (error !== ErrorCode.NONE) return answer(error)
  if (request.generationId !== group.generationId) return answer(ErrorCode.ILLEGAL_GENERATION)
  if (group.isIn('Empty', 'Dead')) return answer(ErrorCode.UNKNOWN_MEMBER_ID)
  scheduleHeartbeat(context, group, group.members.get(request.memberId) as ClassicMember)
  return answer(group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE)
}

/** A commit is a sign of life too, but for a member of which a SyncGroup is due. */
export function hasCommitted(context: ShardContext, group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId)
  if (member && group.isIn('Stable', 'PreparingRebalance')) scheduleHeartbeat(context, group, member)
}
