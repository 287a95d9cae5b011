import { Deferred } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { answer } from '../../decision.ts'
import {
  type ClassicContext,
  type FinalGroupDecision,
  type GroupDecision,
  timerKeys,
} from './classic-context.ts'
import type { ClassicGroup } from './classic-group.ts'
import { ClassicMember, failedJoin, type JoinResult, type MemberProtocol } from './classic-member.ts'
import { emptyGroupRecord, groupMetadataRecord } from '../group-records.ts'
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
export const newMemberJoinTimeoutMs = 5 * 60_000

export interface JoinRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly protocolType: string
  readonly protocols: readonly MemberProtocol[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly reason: string | null
  /** KIP-394: a dynamic member without id is given one and must come back with it. */
  readonly requireKnownMemberId: boolean
  /** KIP-814: a static leader that comes back may be told to keep the assignment. */
  readonly supportsSkippingAssignment: boolean
}

type JoinDecision = FinalGroupDecision<JoinResult>

/** The response parks until the generation is complete; every other outcome is answered at once. */
export function joinGroup(context: ClassicContext, request: JoinRequest): GroupDecision<JoinResult> {
  const group = context.groups.get(request.groupId)
  if (group) return joinExistingGroup(context, group, request)
  if (request.memberId !== '') return answer(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, request.memberId))
  return {
    records: [emptyGroupRecord(request.groupId, null, 0, context.clock.now())],
    next: () => {
      const created = context.groups.get(request.groupId) as ClassicGroup
      return joinExistingGroup(context, created, request)
    },
  }
}

function joinExistingGroup(context: ClassicContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
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
function acceptsMember(context: ClassicContext, group: ClassicGroup, memberId: string): boolean {
  const { groupSizeMax } = context.config
  if (group.isIn('Empty', 'Dead')) return true
  const member = group.members.get(memberId)
  if (group.state === 'PreparingRebalance')
    return Boolean(member?.awaitingJoin) || group.awaitingJoinCount < groupSizeMax
  return member !== undefined || group.members.size < groupSizeMax
}

function joinNewMember(context: ClassicContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  const memberId = `${request.clientId}-${context.random.uuid()}`
  if (!request.requireKnownMemberId) return addMember(context, group, request, memberId)
  group.pendingJoinMembers.add(memberId)
  schedulePendingMember(context, group, memberId, request.sessionTimeoutMs)
  return answer(failedJoin(ErrorCode.MEMBER_ID_REQUIRED, memberId))
}

function joinStaticMember(context: ClassicContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
  const instanceId = request.groupInstanceId as string
  const memberId = `${instanceId}-${context.random.uuid()}`
  return group.staticMembers.has(instanceId)
    ? replaceStaticMember(context, group, request, instanceId, memberId)
    : addMember(context, group, request, memberId)
}

function joinWithMemberId(context: ClassicContext, group: ClassicGroup, request: JoinRequest): JoinDecision {
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
  context: ClassicContext,
  group: ClassicGroup,
  request: JoinRequest,
  memberId: string,
): JoinDecision {
  const member = new ClassicMember({ ...request, memberId })
  member.isNew = true
  member.awaitingJoin = new Deferred()
  const response = member.awaitingJoin.promise
  if (group.members.size === 0) group.protocolType = request.protocolType
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true
  group.add(member)
  scheduleHeartbeat(context, group, member, newMemberJoinTimeoutMs)
  const { records } = rebalanceOrCompleteJoin(context, group, because(request, `member ${memberId} is new`))
  return { records, response }
}

function rejoin(
  context: ClassicContext,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  reason: string,
): JoinDecision {
  const response = update(member, request)
  const { records } = rebalanceOrCompleteJoin(context, group, because(request, reason))
  return { records, response }
}

/** Takes what the request says of the member and parks the request. */
function update(member: ClassicMember, request: JoinRequest): Promise<JoinResult> {
  member.protocols = request.protocols
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
  context: ClassicContext,
  group: ClassicGroup,
  request: JoinRequest,
  instanceId: string,
  memberId: string,
): JoinDecision {
  const oldMemberId = group.staticMembers.get(instanceId) as string
  const oldLeaderId = group.leaderId
  const before = group.members.get(oldMemberId) as ClassicMember
  const former = { ...pick(before) }
  context.timer.cancel(timerKeys.heartbeat(group.groupId, oldMemberId))
  const member = group.replaceStaticMember(instanceId, memberId)
  const response = update(member, request)
  scheduleHeartbeat(context, group, member)
  const reason = because(request, `static member ${instanceId} is back as ${memberId}`)
  switch (group.state) {
    case 'Stable': {
      if (group.selectProtocol() !== group.protocolName)
        return { ...prepareRebalance(context, group, reason), response }
      const keep = keptGeneration(group, member, request, oldLeaderId)
      return {
        records: [groupMetadataRecord(group, group.assignments())],
        response,
        committed: () => member.completeJoin(keep),
        refused: () => {
          context.timer.cancel(timerKeys.heartbeat(group.groupId, memberId))
          group.replaceStaticMember(instanceId, oldMemberId)
          Object.assign(member, former)
          scheduleHeartbeat(context, group, member)
        },
      }
    }
    case 'CompletingRebalance':
      return { ...prepareRebalance(context, group, reason), response }
    default:
      return { ...completeJoinIfAllJoined(context, group), response }
  }
}

function pick(member: ClassicMember) {
  const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = member
  return { protocols, rebalanceTimeoutMs, sessionTimeoutMs }
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
