import { ErrorCode, type ConsumerGroupHeartbeat, type RequestOf } from '@sluice/wire'
import { answer } from '../../decision.ts'
import type { GroupDecision } from '../shard-context.ts'
import type { GroupRecord } from '../group-records.ts'
import { isWithin, listOf, partitionsOf, samePossession } from './assignment.ts'
import { memberBytes } from './bytes.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { MaySee } from './may-see.ts'
import { ConsumerGroup } from './consumer-group.ts'
import {
  type ConsumerMember,
  inOrder,
  joinEpoch,
  leaveEpoch,
  newMember,
  newMemberId,
  sameMetadata,
  sameTopics,
  staticLeaveEpoch,
  usesClassicProtocol,
} from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { leaveConsumerGroup } from './leave.ts'
import { replacementRecords } from './member-records.ts'
import { type HeartbeatAnswer, Refused, refusals } from './refused.ts'
import { followRegex } from './regexes.ts'
import { step } from './step.ts'
import { refreshedEpoch } from './subscriptions.ts'
import { targetFor } from './target-assignment.ts'
import { beginSession } from './timers.ts'

export interface HeartbeatRequest extends RequestOf<typeof ConsumerGroupHeartbeat> {
  readonly clientId: string
  readonly clientHost: string
  readonly maySee: MaySee
}

type HeartbeatDecision = GroupDecision<HeartbeatAnswer>

/** A member joins, lives, takes and gives back partitions, and leaves, all by one request (KIP-848). */
export function consumerHeartbeat(context: ConsumerContext, request: HeartbeatRequest): HeartbeatDecision {
  const { memberEpoch } = request
  if (memberEpoch === leaveEpoch || memberEpoch === staticLeaveEpoch)
    return leaveConsumerGroup(context, request)
  const records: GroupRecord[] = []
  const group = groupFor(context, request, records)
  if (group instanceof Refused) return answer(group.answer)
  const memberId = request.memberId === '' ? newMemberId(context.random) : request.memberId
  const member = memberFor(group, request, memberId, records)
  if (member instanceof Refused) return answer(member.answer)
  const updated = withRequest(member, request)
  if (!context.memberBytes.hasRoomFor(memberBytes(updated) - memberBytes(member)))
    return answer({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS })
  return advance(context, group, request, { from: member, to: updated }, records)
}

/** The group, a new one if need be, or what one of the classic protocol becomes. */
function groupFor(
  context: ConsumerContext,
  { groupId, memberId, memberEpoch, instanceId }: HeartbeatRequest,
  records: GroupRecord[],
): ConsumerGroup | Refused {
  const known = context.groups.get(groupId)
  if (!known && context.groups.isUnserved(groupId)) return refusals.otherGroup(groupId)
  const joins = memberEpoch === joinEpoch
  if (!known && !joins) return refusals.noGroup(groupId)
  let group: ConsumerGroup | Refused | undefined = context.groups.consumer(groupId)
  if (!group && known) {
    if (!joins) return refusals.otherGroup(groupId)
    if (known.isEmpty) records.push(...known.tombstones())
    else group = context.migration.upgraded(groupId, records)
  }
  if (group instanceof Refused) return group
  group ??= new ConsumerGroup(groupId, context.memberBytes)
  const { groupSizeMax } = context.consumers
  const isMember = group.members.has(memberId) || group.staticMember(instanceId) !== undefined
  if (isMember || group.members.size < groupSizeMax) return group
  return new Refused(
    ErrorCode.GROUP_MAX_SIZE_REACHED,
    `The consumer group has reached its maximum capacity of ${groupSizeMax} members.`,
  )
}

function memberFor(
  group: ConsumerGroup,
  request: HeartbeatRequest,
  memberId: string,
  records: GroupRecord[],
): ConsumerMember | Refused {
  const { instanceId, memberEpoch } = request
  if (instanceId !== null) return staticMemberFor(group, request, instanceId, memberId, records)
  const known = group.members.get(memberId)
  if (!known && memberEpoch !== joinEpoch) return refusals.noMember(memberId, group.groupId)
  const member = known ?? newMember(memberId)
  return epochProblem(member, request) ?? member
}

function staticMemberFor(
  group: ConsumerGroup,
  request: HeartbeatRequest,
  instanceId: string,
  memberId: string,
  records: GroupRecord[],
): ConsumerMember | Refused {
  const holder = group.staticMember(instanceId)
  if (request.memberEpoch === joinEpoch) {
    if (!holder) return group.members.get(memberId) ?? newMember(memberId)
    // Whoever has left for good, or speaks the classic protocol, gives way.
    if (!usesClassicProtocol(holder) && holder.memberEpoch !== staticLeaveEpoch)
      return new Refused(
        ErrorCode.UNRELEASED_INSTANCE_ID,
        `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.memberId} member.`,
      )
    const back = { ...holder, memberId, memberEpoch: 0, previousMemberEpoch: 0 }
    records.push(...replacementRecords(group, holder, back))
    return back
  }
  if (!holder) return refusals.noInstance(instanceId)
  if (holder.memberId !== memberId) return refusals.fencedInstance(memberId, instanceId, holder.memberId)
  return epochProblem(holder, request) ?? holder
}

/** A member may come with its last epoch, for the answer with the new one may have been lost. */
function epochProblem(member: ConsumerMember, request: HeartbeatRequest): Refused | null {
  const { memberEpoch: received, topicPartitions } = request
  const { memberEpoch, previousMemberEpoch, assigned } = member
  if (received === joinEpoch || received === memberEpoch) return null
  const lostAnswer =
    received === previousMemberEpoch && topicPartitions !== null && isWithin(topicPartitions, assigned)
  if (received < memberEpoch && lostAnswer) return null
  return new Refused(
    ErrorCode.FENCED_MEMBER_EPOCH,
    `The consumer group member has a ${received > memberEpoch ? 'greater' : 'smaller'} member epoch (${received}) than the one known by the group coordinator (${memberEpoch}). The member must abandon all its partitions and rejoin.`,
  )
}

/** What a request does not say stays as it was. */
function withRequest(member: ConsumerMember, request: HeartbeatRequest): ConsumerMember {
  const { metadata } = member
  const { rebalanceTimeoutMs, subscribedTopicNames: topics } = request
  return {
    ...member,
    metadata: {
      instanceId: request.instanceId ?? metadata.instanceId,
      rackId: request.rackId ?? metadata.rackId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      subscribedTopicNames: topics ? inOrder(topics) : metadata.subscribedTopicNames,
      subscribedTopicRegex: request.subscribedTopicRegex ?? metadata.subscribedTopicRegex,
      rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? metadata.rebalanceTimeoutMs : rebalanceTimeoutMs,
      serverAssignor: request.serverAssignor ?? metadata.serverAssignor,
      classicMemberMetadata: null,
    },
  }
}

interface MemberChange {
  readonly from: ConsumerMember
  readonly to: ConsumerMember
}

/**
 * From what the member says now to what it is answered:
 *
 * 1. What it says of itself is recorded; another subscription or assignor, or topics that have changed, raise the
 *    group's epoch.
 * 2. A new epoch is given a target, when it is time.
 * 3. The member goes one step towards its target.
 */
function advance(
  context: ConsumerContext,
  group: ConsumerGroup,
  request: HeartbeatRequest,
  change: MemberChange,
  records: GroupRecord[],
): HeartbeatDecision {
  const { groupId } = group
  const { from, to } = change
  const namesChanged = !sameTopics(from.metadata.subscribedTopicNames, to.metadata.subscribedTopicNames)
  if (!sameMetadata(from.metadata, to.metadata))
    records.push(consumerRecords.member(groupId, to.memberId, to.metadata))
  const regex = followRegex(context, group, change, request.maySee, records)
  if (regex instanceof Refused) return answer(regex.answer)
  const isBumped = namesChanged || regex === 'resolved' || assignorChanges(context, group, change)
  const epoch = refreshedEpoch(context, group, change, isBumped, records)
  const target = targetFor(context, group, epoch, from, to, records)
  const towards = {
    target: target.assignment,
    targetEpoch: target.epoch,
    hasSubscriptionChanged: namesChanged || regex !== 'same',
    owned: request.topicPartitions,
  }
  const next = step(context, group, to, towards, records)
  if (!next)
    return answer(
      new Refused(
        ErrorCode.FENCED_MEMBER_EPOCH,
        'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.',
      ).answer,
    )
  beginSession(context, groupId, next)
  return { records, response: answerOf(context, group, request, from, next) }
}

function assignorChanges(
  { consumers }: ConsumerContext,
  group: ConsumerGroup,
  { from, to }: MemberChange,
): boolean {
  const [{ name }] = consumers.assignors
  return (group.assignors.most() ?? name) !== (group.assignorWith(from, to) ?? name)
}

function answerOf(
  { consumers }: ConsumerContext,
  { groupId }: ConsumerGroup,
  request: HeartbeatRequest,
  from: ConsumerMember,
  to: ConsumerMember,
): HeartbeatAnswer {
  const { memberEpoch, rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex, topicPartitions } =
    request
  // It says all of itself: so it is told all.
  const isFull =
    rebalanceTimeoutMs !== -1 &&
    (subscribedTopicNames !== null || subscribedTopicRegex !== null) &&
    topicPartitions !== null
  const isTold = memberEpoch === joinEpoch || isFull || !samePossession(from.assigned, to.assigned)
  return {
    memberId: to.memberId,
    memberEpoch: to.memberEpoch,
    heartbeatIntervalMs: consumers.heartbeatIntervalMs(groupId),
    assignment: isTold ? { topicPartitions: listOf(partitionsOf(to.assigned)) } : null,
  }
}
