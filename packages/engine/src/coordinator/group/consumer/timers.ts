import { answer } from '../../decision.ts'
import type { GroupDecision } from '../shard-context.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, MemberState, usesClassicProtocol } from './consumer-member.ts'
import { fence } from './fence.ts'
import { type MemberTimer, memberTimerKey } from './member-timers.ts'

/** The member has been heard of: its session starts anew. One of the classic protocol has said how long it is. */
export function beginSession(context: ConsumerContext, groupId: string, member: ConsumerMember): void {
  const timeoutMs =
    member.metadata.classicMemberMetadata?.sessionTimeoutMs ?? context.consumers.sessionTimeoutMs(groupId)
  fenceAfter(context, 'session', groupId, member.memberId, timeoutMs)
}

/** It has so long to give back what it is to; nobody is to give back anything: there is no hurry. */
export function limitRebalance(context: ConsumerContext, groupId: string, member: ConsumerMember): void {
  if (usesClassicProtocol(member)) return
  const { memberId, memberEpoch } = member
  const key = memberTimerKey('rebalance', groupId, memberId)
  if (member.state !== MemberState.unrevoked) return context.timer.cancel(key)
  context.timer.schedule(key, member.metadata.rebalanceTimeoutMs, () => {
    const current = context.groups.consumer(groupId)?.members.get(memberId)
    return current?.memberEpoch === memberEpoch
      ? expire(context, groupId, memberId, 'has not given back its partitions in time')
      : answer(undefined)
  })
}

/** A member of the classic protocol has so long to join again, or to ask for its assignment. */
export function limitClassic(
  context: ConsumerContext,
  timer: 'join' | 'sync',
  groupId: string,
  member: ConsumerMember,
): void {
  // From the first time on that it is told to join.
  if (timer === 'join' && context.timer.isScheduled(memberTimerKey(timer, groupId, member.memberId))) return
  fenceAfter(context, timer, groupId, member.memberId, member.metadata.rebalanceTimeoutMs)
}

export function unlimitClassic(
  context: ConsumerContext,
  timer: 'join' | 'sync',
  groupId: string,
  memberId: string,
): void {
  context.timer.cancel(memberTimerKey(timer, groupId, memberId))
}

/** After a load: nobody has been heard of yet. */
export function beginConsumerSessions(context: ConsumerContext, group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    beginSession(context, group.groupId, member)
    if (member.state === MemberState.unrevoked) limitRebalance(context, group.groupId, member)
  }
}

function fenceAfter(
  context: ConsumerContext,
  kind: MemberTimer,
  groupId: string,
  memberId: string,
  timeoutMs: number,
): void {
  const why = kind === 'session' ? 'has expired' : `has not sent its ${kind} in time`
  context.timer.schedule(memberTimerKey(kind, groupId, memberId), timeoutMs, () =>
    expire(context, groupId, memberId, why),
  )
}

function expire(
  context: ConsumerContext,
  groupId: string,
  memberId: string,
  why: string,
): GroupDecision<void> {
  const group = context.groups.consumer(groupId)
  const member = group?.members.get(memberId)
  if (!group || !member) return answer(undefined)
  context.logger.info(`member ${why}`, { group: groupId, member: memberId })
  return fence(context, group, [member], undefined)
}
