import { Deferred } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { answer } from '../../decision.ts'
import type { ShardContext, FinalGroupDecision } from '../shard-context.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type ClassicMember, failedSync, type SyncResult } from './classic-member.ts'
import { prepareRebalance, propagateSyncError, scheduleHeartbeat, syncReceived } from './rebalance.ts'

export interface SyncRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** By member id. */
  readonly assignments: ReadonlyMap<string, { readonly assignment: Buffer }>
}

/** Followers park until the leader's assignment is committed. */
export function sync(context: ShardContext, request: SyncRequest): FinalGroupDecision<SyncResult> {
  const group = context.groups.classic(request.groupId)
  if (!group) return answer(failedSync(ErrorCode.UNKNOWN_MEMBER_ID))
  const error = validateSync(group, request)
  if (error !== ErrorCode.NONE) return answer(failedSync(error))
  const member = group.members.get(request.memberId) as ClassicMember
  switch (group.state) {
    case 'PreparingRebalance':
      return answer(failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
    case 'CompletingRebalance':
      return syncGeneration(context, group, member, request)
    case 'Stable':
      syncReceived(context, group, member.memberId)
      scheduleHeartbeat(context, group, member)
      return answer(assignmentOf(group, member))
    default:
      return answer(failedSync(ErrorCode.UNKNOWN_MEMBER_ID))
  }
}

function validateSync(group: ClassicGroup, request: SyncRequest): ErrorCode {
  const error = group.validateMember(request.memberId, request.groupInstanceId)
  if (error !== ErrorCode.NONE) return error
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  // KIP-559: null before v5.
  if (request.protocolType !== null && request.protocolType !== group.protocolType)
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
  if (request.protocolName !== null && request.protocolName !== group.protocolName)
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
  return ErrorCode.NONE
}

function syncGeneration(
  context: ShardContext,
  group: ClassicGroup,
  member: ClassicMember,
  request: SyncRequest,
): FinalGroupDecision<SyncResult> {
  const parked = new Deferred<SyncResult>()
  // A second SyncGroup takes the first one's place, whose connection is told to join again.
  member.completeSync(failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
  member.awaitingSync = parked
  syncReceived(context, group, member.memberId)
  if (!group.isLeader(member.memberId)) return answer(parked.promise)
  const { generationId } = group
  const { assignments } = request
  return {
    // A member that the leader has forgotten gets an empty one.
    records: [
      group.record({
        assignmentOf: ({ memberId }) => assignments.get(memberId)?.assignment ?? Buffer.alloc(0),
      }),
    ],
    response: parked.promise,
    committed: () => {
      // Another rebalance may have begun meanwhile; this generation's assignment was still given.
      if (group.generationId === generationId) propagateAssignment(context, group)
    },
    refused: (error) => {
      propagateSyncError(context, group, error)
      prepareRebalance(context, group, 'the assignment is too large to be recorded')
    },
  }
}

function propagateAssignment(context: ShardContext, group: ClassicGroup): void {
  if (group.state === 'Stable') group.stateSinceMs = context.clock.now()
  for (const member of group.members.values()) {
    if (!member.awaitingSync) continue
    member.completeSync(assignmentOf(group, member))
    scheduleHeartbeat(context, group, member)
  }
}

function assignmentOf(group: ClassicGroup, member: ClassicMember): SyncResult {
  return {
    errorCode: ErrorCode.NONE,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment: member.assignment,
  }
}
