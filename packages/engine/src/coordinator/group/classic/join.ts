import { Deferred } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { answer, withResponse } from '../../decision.ts'
import type { GroupDecision, ShardContext } from '../shard-context.ts'
import { timerKeys } from './timer-keys.ts'
import type { ClassicGroup } from './classic-group.ts'
import { ClassicMember, failedJoin, type JoinResult } from './classic-member.ts'
import { emptyGroupRecord } from '../group-records.ts'
import { bytesOf, type Preferences } from './protocols.ts'
import {
  completeJoinIfAllJoined,
  currentGeneration,
  prepareRebalance,
  rebalanceOrCompleteJoin,
  scheduleHeartbeat,
  schedulePendingMember,
} from './rebalance.ts'

/**
 * A new member does not know its id until its join is answered, so it cannot send heartbeats and a connection
 * that is gone goes unnoticed: this is how long it may wait.
 */
const newMemberJoinTimeoutMs = 5 * 60_000

export interface JoinRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly protocolType: string
  readonly protocols: Preferences
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly reason: string | null
  /** KIP-394: a dynamic member without id is given one and must come back with it. */
  readonly requireKnownMemberId: boolean
  /** KIP-814: a static leader that comes back may be told to keep the assignment. */
  readonly supportsSkippingAssignment: boolean
}

type JoinDecision = GroupDecision<JoinResult>

/** The response parks until the generation is complete; every other outcome is answered at once. */
export function join(context: ShardContext, request: JoinRequest): JoinDecision {
  const group = context.groups.classic(request.groupId)
  const known = group?.members.get(request.memberId)
  // Clients come again: it is what a coordinator says that cannot take them yet.
  if (!context.memberBytes.hasRoomFor(bytesOf(request.protocols) - (known?.bytes ?? 0)))
    return answer(failedJoin(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, request.memberId))
  if (group) return joinExistingGroup(context, group, request)
  if (request.memberId !== '') return answer(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, request.memberId))
  // An empty group of another protocol gives way.
  const former = context.groups.get(request.groupId)
  return {
    records: [
      ...(former?.tombstones() ?? []),
      emptyGroupRecord(request.groupId, null, 0, context.clock.now()),
    ],
    next: () => {
      const created = context.groups.classic(request.groupId) as ClassicGroup
      return joinExistingGroup(context, created, request)
    },
  }
}

function joinExistingGroup(context: ShardContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  if (!acceptsMember(context, group, request.memberId)) {
    context.timer.cancel(timerKeys.heartbeat(group.groupId, request.memberId))
    group.remove(request.memberId)
    return answer(failedJoin(ErrorCode.GROUP_MAX_SIZE_REACHED, ''))
  }
  if (!group.supportsProtocols(request.protocolType, request.protocols))
    return answer(failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId))
  if (request.memberId !== '') return joinWithMemberId(context, group, request)
  if (request.groupInstanceId !== null) return joinStaticMember(context, group, request)
  return joinNewMember(context, group, request)
}

/**
 * Who is known may always come back. A newcomer may while the group is below `group.max.size`; during a
 * rebalance those count that have joined so far, so that the last ones of a group that is too large are out.
 */
function acceptsMember(context: ShardContext, group: ClassicGroup, memberId: string): boolean {
  const { groupSizeMax } = context.config
  if (group.isIn('Empty', 'Dead')) return true
  const member = group.members.get(memberId)
  if (group.state === 'PreparingRebalance')
    return member?.awaitsJoin === true || group.awaitingJoinCount < groupSizeMax
  return member !== undefined || group.members.size < groupSizeMax
}

function joinNewMember(context: ShardContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  const memberId = `${request.clientId}-${context.random.uuid()}`
  if (!request.requireKnownMemberId) return addMember(context, group, request, memberId)
  group.pendingJoinMembers.add(memberId)
  schedulePendingMember(context, group, memberId, request.sessionTimeoutMs)
  return answer(failedJoin(ErrorCode.MEMBER_ID_REQUIRED, memberId))
}

function joinStaticMember(context: ShardContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  const instanceId = request.groupInstanceId as string
  const memberId = `${instanceId}-${context.random.uuid()}`
  return group.staticMembers.has(instanceId)
    ? replaceStaticMember(context, group, request, instanceId, memberId)
    : addMember(context, group, request, memberId)
}

function joinWithMemberId(context: ShardContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  const { memberId, groupInstanceId } = request
  if (group.pendingJoinMembers.has(memberId) && groupInstanceId === null)
    return addMember(context, group, request, memberId)
  const error = group.validateMember(memberId, groupInstanceId)
  if (error !== ErrorCode.NONE) return answer(failedJoin(error, memberId))
  const member = group.members.get(memberId) as ClassicMember
  const isUnchanged = member.hasSameProtocols(request.protocols)
  switch (group.state) {
    case 'PreparingRebalance':
      return rejoin(context, group, member, request, 'a member has joined again')
    case 'CompletingRebalance':
      // Perhaps it never got the answer to its first join.
      if (isUnchanged) return answer(currentGeneration(group, member, group.isLeader(memberId)))
      return rejoin(context, group, member, request, `member ${memberId} has changed its protocols`)
    case 'Stable':
      // The leader joins again when something has changed that the members' metadata do not show.
      if (group.isLeader(memberId))
        return rejoin(context, group, member, request, `leader ${memberId} joins again`)
      if (isUnchanged) return answer(currentGeneration(group, member, false))
      return rejoin(context, group, member, request, `member ${memberId} has changed its protocols`)
    default:
      return answer(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, memberId))
  }
}

function addMember(
  context: ShardContext,
  group: ClassicGroup,
  request: JoinRequest,
  memberId: string,
): JoinDecision {
  const member = new ClassicMember({ ...request, memberId })
  member.isNew = true
  const parked = new Deferred<JoinResult>()
  member.park(parked, failedJoin(ErrorCode.REBALANCE_IN_PROGRESS, memberId))
  if (group.members.size === 0) group.protocolType = request.protocolType
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true
  group.add(member)
  scheduleHeartbeat(context, group, member, newMemberJoinTimeoutMs)
  const reason = because(request, `member ${memberId} is new`)
  return withResponse(rebalanceOrCompleteJoin(context, group, reason), parked.promise)
}

function rejoin(
  context: ShardContext,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  reason: string,
): JoinDecision {
  const response = update(member, request)
  return withResponse(rebalanceOrCompleteJoin(context, group, because(request, reason)), response)
}

/** Takes what the request says of the member and parks the request. */
function update(member: ClassicMember, request: JoinRequest): Promise<JoinResult> {
  member.prefer(request.protocols)
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
  member.sessionTimeoutMs = request.sessionTimeoutMs
  const parked = new Deferred<JoinResult>()
  member.park(parked, failedJoin(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId))
  return parked.promise
}

/**
 * KIP-345: an instance that comes back takes its old place under a new member id. In a stable group that needs
 * no rebalance as long as the protocol stays; the new id is recorded.
 */
function replaceStaticMember(
  context: ShardContext,
  group: ClassicGroup,
  request: JoinRequest,
  instanceId: string,
  memberId: string,
): JoinDecision {
  const formerId = group.staticMembers.get(instanceId) as string
  if (group.state === 'Stable' && group.keepsProtocol(formerId, request.protocols))
    return recordReplacement(context, group, request, formerId, memberId)
  const reason = because(request, `static member ${instanceId} is back as ${memberId}`)
  const member = group.replaceStaticMember(instanceId, memberId)
  const response = takePlace(context, group, member, request, formerId)
  const decision = group.isIn('Stable', 'CompletingRebalance')
    ? prepareRebalance(context, group, reason)
    : completeJoinIfAllJoined(context, group)
  return withResponse(decision, response)
}

/** The record puts the new id into the old one's place; what it does not hold follows. */
function recordReplacement(
  context: ShardContext,
  group: ClassicGroup,
  request: JoinRequest,
  formerId: string,
  memberId: string,
): JoinDecision {
  const former = group.members.get(formerId) as ClassicMember
  const others = [...group.members.values()].filter((each) => each !== former)
  const { leaderId } = group
  return {
    records: [
      group.record({
        members: [...others, former.replacedBy({ ...request, memberId })],
        leaderId: leaderId === formerId ? memberId : leaderId,
      }),
    ],
    next: () => {
      const member = group.members.get(memberId) as ClassicMember
      const response = takePlace(context, group, member, request, formerId)
      const kept = keptGeneration(group, member, request, leaderId)
      return { records: [], response, committed: () => member.completeJoin(kept) }
    },
  }
}

function takePlace(
  context: ShardContext,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  formerId: string,
): Promise<JoinResult> {
  context.timer.cancel(timerKeys.heartbeat(group.groupId, formerId))
  const response = update(member, request)
  scheduleHeartbeat(context, group, member)
  return response
}

/**
 * A leader that is back without a rebalance must not assign. From v9 on it is told so and gets the members (it
 * watches their topics); before that it is named the old leader, and so takes itself for a follower.
 */
function keptGeneration(
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  oldLeaderId: string | null,
): JoinResult {
  if (!request.supportsSkippingAssignment)
    return { ...currentGeneration(group, member, false), leader: oldLeaderId ?? '' }
  const isLeader = group.isLeader(member.memberId)
  return { ...currentGeneration(group, member, isLeader), skipAssignment: isLeader }
}

function because(request: JoinRequest, reason: string): string {
  return request.reason ? `${reason} (client: ${request.reason})` : reason
}
