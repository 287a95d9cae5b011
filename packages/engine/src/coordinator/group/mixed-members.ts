import { ErrorCode } from '@sluice/wire'
import type { HeartbeatRequest } from './classic/heartbeat.ts'
import { failedSync, type SyncResult } from './classic/classic-member.ts'
import type { SyncRequest } from './classic/sync.ts'
import { includes, partitionsOf } from './consumer/assignment.ts'
import type { ConsumerContext } from './consumer/consumer-context.ts'
import type { ConsumerGroup } from './consumer/consumer-group.ts'
import { type ConsumerMember, MemberState, usesClassicProtocol } from './consumer/consumer-member.ts'
import { fence } from './consumer/fence.ts'
import { memberOf } from './consumer/leave.ts'
import { Refused } from './consumer/refused.ts'
import { beginSession, limitClassic, unlimitClassic } from './consumer/timers.ts'
import { consumerProtocolType, readSubscription, writeAssignment } from './consumer-protocol.ts'
import { answer } from '../decision.ts'
import { named } from './downgrade.ts'
import type { LeaveResult, LeavingMember } from './leaving.ts'
import type { FinalGroupDecision, GroupDecision } from './shard-context.ts'

/*
 * Members of a consumer group that speak the classic protocol. To them the epoch is the generation; each is assigned by
 * the coordinator, for itself: nobody leads, and nobody waits for another one's join.
 */

/** LeaveGroup: by members of the classic protocol, or by an administrator, who may mean any member. */
export function leaveMixed(
  context: ConsumerContext,
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
): GroupDecision<LeaveResult[]> {
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

/** A heartbeat of the classic protocol; it also tells the member that there is something to join for. */
export function heartbeatMixed(
  context: ConsumerContext,
  group: ConsumerGroup,
  request: HeartbeatRequest,
): FinalGroupDecision<ErrorCode> {
  const member = classicMember(group, request)
  if (typeof member === 'number') return answer(member)
  beginSession(context, group.groupId, member)
  if (!isToJoin(group, member)) return answer(ErrorCode.NONE)
  limitClassic(context, 'join', group.groupId, member)
  return answer(ErrorCode.REBALANCE_IN_PROGRESS)
}

function isToJoin(group: ConsumerGroup, member: ConsumerMember): boolean {
  return (
    member.memberEpoch < group.assignmentEpoch ||
    member.state === MemberState.unrevoked ||
    (member.state === MemberState.unreleased && !waits(group, member))
  )
}

/** Whether others still have what it is to get. */
function waits(group: ConsumerGroup, member: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.targetOf(member)) {
    const own = member.assigned.get(topicId)?.partitions ?? []
    for (const partition of partitions)
      if (!includes(own, partition) && group.isHeld(topicId, partition)) return true
  }
  return false
}

/** SyncGroup gives a member what it has, as it was told by its join. */
export function syncMixed(
  context: ConsumerContext,
  group: ConsumerGroup,
  request: SyncRequest,
): FinalGroupDecision<SyncResult> {
  const { groupId } = group
  const member = classicMember(group, request)
  if (typeof member === 'number') return answer(failedSync(member))
  const [protocol] = member.metadata.classicMemberMetadata?.supportedProtocols ?? []
  const { protocolType, protocolName } = request
  const isOther =
    (protocolType !== null && protocolType !== consumerProtocolType) ||
    (protocolName !== null && protocolName !== protocol?.name)
  if (isOther) return answer(failedSync(ErrorCode.INCONSISTENT_GROUP_PROTOCOL))
  if (group.assignmentEpoch > member.memberEpoch && member.state !== MemberState.unrevoked) {
    limitClassic(context, 'join', groupId, member)
    return answer(failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
  }
  const version = readSubscription(protocol?.metadata ?? Buffer.alloc(0))?.version ?? 0
  const assignment = writeAssignment(version, named(partitionsOf(member.assigned), context.topics))
  return {
    ...answer({ errorCode: ErrorCode.NONE, protocolType, protocolName, assignment }),
    committed: () => {
      unlimitClassic(context, 'sync', groupId, member.memberId)
      beginSession(context, groupId, member)
    },
  }
}

/** The member that the request is of, in the generation that it says; or why there is none. */
function classicMember(
  group: ConsumerGroup,
  request: Pick<SyncRequest, 'memberId' | 'groupInstanceId' | 'generationId'>,
): ConsumerMember | ErrorCode {
  const { memberId, groupInstanceId, generationId } = request
  const member = memberOf(group, memberId, groupInstanceId)
  if (member instanceof Refused) return member.errorCode
  if (!usesClassicProtocol(member)) return ErrorCode.UNKNOWN_MEMBER_ID
  return member.memberEpoch === generationId ? member : ErrorCode.ILLEGAL_GENERATION
}
