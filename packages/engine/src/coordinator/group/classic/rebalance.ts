import { ErrorCode } from '@sluice/wire'
import { answer } from '../../decision.ts'
import type { FinalGroupDecision, ShardContext } from '../shard-context.ts'
import { timerKeys } from './timer-keys.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type ClassicMember, failedSync, type JoinResult } from './classic-member.ts'
import { emptyGroupRecord } from '../group-records.ts'

/*
 * The rebalance of a classic group, from the first reason for one to the next generation:
 *
 * 1. `prepareRebalance`: whoever waits for an assignment is sent back; all are to join again.
 * 2. Joins come in. The phase ends when all have joined, or after the largest rebalance timeout; an empty
 *    group instead waits group.initial.rebalance.delay.ms, and again while new members come.
 * 3. `completeJoin`: who has not joined is out; the next generation is told to all, the leader learns the
 *    members, and all have one rebalance timeout to send SyncGroup.
 *
 * Only step 3 may decide a record: the one of a group that nobody is left in.
 */

export function rebalanceOrCompleteJoin(
  context: ShardContext,
  group: ClassicGroup,
  reason: string,
): FinalGroupDecision<void> {
  return group.canRebalance
    ? prepareRebalance(context, group, reason)
    : completeJoinIfAllJoined(context, group)
}

export function prepareRebalance(
  context: ShardContext,
  group: ClassicGroup,
  reason: string,
): FinalGroupDecision<void> {
  if (group.state === 'CompletingRebalance')
    propagateSyncError(context, group, ErrorCode.REBALANCE_IN_PROGRESS)
  context.timer.cancel(timerKeys.sync(group.groupId))
  group.pendingSyncMembers.clear()
  const isInitial = group.state === 'Empty'
  group.transitionTo('PreparingRebalance', context.clock.now())
  context.logger.info('group rebalances', { group: group.groupId, generation: group.generationId, reason })
  if (isInitial) {
    const delayMs = context.config.initialRebalanceDelayMs
    scheduleInitialJoin(context, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0))
    return answer(undefined)
  }
  if (group.hasAllMembersJoined) return completeJoin(context, group)
  scheduleJoinEnd(context, group)
  return answer(undefined)
}

/** Not during the initial delay, whose point is to wait for members that have not been heard of yet. */
export function completeJoinIfAllJoined(
  context: ShardContext,
  group: ClassicGroup,
): FinalGroupDecision<void> {
  const isDue =
    group.state === 'PreparingRebalance' && group.previousState !== 'Empty' && group.hasAllMembersJoined
  return isDue ? completeJoin(context, group) : answer(undefined)
}

function scheduleJoinEnd(context: ShardContext, group: ClassicGroup): void {
  context.timer.schedule(timerKeys.join(group.groupId), group.rebalanceTimeoutMs, () =>
    completeJoin(context, group),
  )
}

/** `remainingMs` is what the members' rebalance timeout leaves for further delays after this one. */
function scheduleInitialJoin(
  context: ShardContext,
  group: ClassicGroup,
  delayMs: number,
  remainingMs: number,
): void {
  context.timer.schedule(timerKeys.join(group.groupId), delayMs, () => {
    if (!group.newMemberAdded || remainingMs === 0) return completeJoin(context, group)
    group.newMemberAdded = false
    const nextDelayMs = Math.min(context.config.initialRebalanceDelayMs, remainingMs)
    scheduleInitialJoin(context, group, nextDelayMs, Math.max(remainingMs - delayMs, 0))
    return answer(undefined)
  })
}

function completeJoin(context: ShardContext, group: ClassicGroup): FinalGroupDecision<void> {
  context.timer.cancel(timerKeys.join(group.groupId))
  removeMembersNotJoined(context, group)
  if (group.members.size > 0 && !group.electJoinedLeader()) {
    // Only static members are left and none has come back: their session timeouts decide how long to wait.
    scheduleJoinEnd(context, group)
    return answer(undefined)
  }
  group.newMemberAdded = false
  const nowMs = context.clock.now()
  if (group.members.size === 0) {
    context.logger.info('group is empty', { group: group.groupId, generation: group.generationId + 1 })
    const { groupId, protocolType, generationId } = group
    return {
      records: [emptyGroupRecord(groupId, protocolType, generationId + 1, nowMs)],
      response: undefined,
    }
  }
  group.initNextGeneration(nowMs)
  context.logger.info('group has a new generation', {
    group: group.groupId,
    generation: group.generationId,
    members: group.members.size,
  })
  for (const member of group.members.values()) {
    member.completeJoin(currentGeneration(group, member, group.isLeader(member.memberId)))
    scheduleHeartbeat(context, group, member)
    member.isNew = false
    group.pendingSyncMembers.add(member.memberId)
  }
  schedulePendingSync(context, group)
  return answer(undefined)
}

/** KIP-345: a static member may be away until its session ends; it keeps its place, though not the lead. */
function removeMembersNotJoined(context: ShardContext, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    if (member.awaitsJoin || member.groupInstanceId !== null) continue
    context.timer.cancel(timerKeys.heartbeat(group.groupId, member.memberId))
    group.remove(member.memberId)
    context.logger.info('member has not joined in time', { group: group.groupId, member: member.memberId })
  }
}

/** What a join learns of the generation as it is. */
export function currentGeneration(group: ClassicGroup, member: ClassicMember, asLeader: boolean): JoinResult {
  return {
    errorCode: ErrorCode.NONE,
    memberId: member.memberId,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    skipAssignment: false,
    members: asLeader ? group.membersForLeader() : [],
  }
}

/** Since 2.8: a member that joins and never syncs would hold its generation for ever. */
function schedulePendingSync(context: ShardContext, group: ClassicGroup): void {
  const { generationId } = group
  context.timer.schedule(timerKeys.sync(group.groupId), group.rebalanceTimeoutMs, () => {
    const isCurrent = group.generationId === generationId && group.isIn('CompletingRebalance', 'Stable')
    if (!isCurrent || group.pendingSyncMembers.size === 0) return answer(undefined)
    const late = [...group.pendingSyncMembers]
    for (const memberId of late) {
      context.timer.cancel(timerKeys.heartbeat(group.groupId, memberId))
      group.remove(memberId)
    }
    return prepareRebalance(context, group, `${late.length} members have not sent SyncGroup in time`)
  })
}

export function syncReceived(context: ShardContext, group: ClassicGroup, memberId: string): void {
  group.pendingSyncMembers.delete(memberId)
  if (group.pendingSyncMembers.size === 0) context.timer.cancel(timerKeys.sync(group.groupId))
}

/** The generation's assignment is void; whoever waits for it hears why. */
export function propagateSyncError(context: ShardContext, group: ClassicGroup, error: ErrorCode): void {
  for (const member of group.members.values()) {
    if (!member.awaitingSync) continue
    member.completeSync(failedSync(error))
    scheduleHeartbeat(context, group, member)
  }
}

/** The member has been heard of: its session starts anew. */
export function scheduleHeartbeat(
  context: ShardContext,
  group: ClassicGroup,
  member: ClassicMember,
  timeoutMs = member.sessionTimeoutMs,
): void {
  const { memberId } = member
  context.timer.schedule(timerKeys.heartbeat(group.groupId, memberId), timeoutMs, () =>
    expireMember(context, group, memberId),
  )
}

/** After a load: nobody has been heard of yet, and the limits may be others now. */
export function beginSessions(context: ShardContext, group: ClassicGroup): void {
  for (const member of group.members.values()) scheduleHeartbeat(context, group, member)
  if (group.members.size > context.config.groupSizeMax)
    prepareRebalance(context, group, 'the group is larger than group.max.size')
}

/** A member id that was given out is kept for one session timeout. */
export function schedulePendingMember(
  context: ShardContext,
  group: ClassicGroup,
  memberId: string,
  timeoutMs: number,
): void {
  context.timer.schedule(timerKeys.heartbeat(group.groupId, memberId), timeoutMs, () =>
    expireMember(context, group, memberId),
  )
}

function expireMember(
  context: ShardContext,
  group: ClassicGroup,
  memberId: string,
): FinalGroupDecision<void> {
  if (group.pendingJoinMembers.delete(memberId)) return completeJoinIfAllJoined(context, group)
  const member = group.members.get(memberId)
  if (!member || member.isExcusedFromHeartbeat) return answer(undefined)
  context.logger.info('member has expired', { group: group.groupId, member: memberId })
  group.remove(memberId)
  return afterRemoval(context, group, `member ${memberId} has expired`)
}

/** The group is gone: nothing that it waited for happens. */
export function forgetTimers({ timer }: ShardContext, group: ClassicGroup): void {
  const { groupId } = group
  timer.cancel(timerKeys.join(groupId))
  timer.cancel(timerKeys.sync(groupId))
  for (const memberId of [...group.members.keys(), ...group.pendingJoinMembers])
    timer.cancel(timerKeys.heartbeat(groupId, memberId))
}

/** What follows when members have gone, by whatever road. */
export function afterRemoval(
  context: ShardContext,
  group: ClassicGroup,
  reason: string,
): FinalGroupDecision<void> {
  return group.isIn('Stable', 'CompletingRebalance')
    ? prepareRebalance(context, group, reason)
    : completeJoinIfAllJoined(context, group)
}
