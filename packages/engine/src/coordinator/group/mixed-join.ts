import { ErrorCode } from '@sluice/wire'
import { failedJoin, type JoinResult } from './classic/classic-member.ts'
import type { JoinRequest } from './classic/join.ts'
import type { TopicPartitions } from './consumer/assignment.ts'
import { memberBytes } from './consumer/bytes.ts'
import type { ConsumerContext } from './consumer/consumer-context.ts'
import type { ConsumerGroup } from './consumer/consumer-group.ts'
import {
  type ConsumerMember,
  inOrder,
  newMember,
  newMemberId,
  sameMetadata,
  sameTopics,
  usesClassicProtocol,
} from './consumer/consumer-member.ts'
import { consumerRecords } from './consumer/consumer-records.ts'
import { replacementRecords } from './consumer/member-records.ts'
import { memberOf } from './consumer/leave.ts'
import { Refused } from './consumer/refused.ts'
import { followRegex } from './consumer/regexes.ts'
import { step } from './consumer/step.ts'
import { refreshedEpoch } from './consumer/subscriptions.ts'
import { targetFor } from './consumer/target-assignment.ts'
import { beginSession, limitClassic, unlimitClassic } from './consumer/timers.ts'
import { consumerProtocolType, readSubscription } from './consumer-protocol.ts'
import { answer } from '../decision.ts'
import { classicRecord, mayDowngrade, takeOver } from './downgrade.ts'
import type { GroupRecord } from './group-records.ts'
import { prepareRebalance } from './classic/rebalance.ts'
import type { GroupDecision } from './shard-context.ts'
import type { TopicView } from './topic-view.ts'

type Subscription = NonNullable<ReturnType<typeof readSubscription>>

interface Joining {
  readonly request: JoinRequest
  readonly subscription: Subscription
  /** As it was, or as a new one is; and as it is now. */
  readonly from: ConsumerMember
  readonly to: ConsumerMember
}

/** A member of the classic protocol joins a group of the consumer protocol; it waits for nobody. */
export function joinMixed(
  context: ConsumerContext,
  group: ConsumerGroup,
  request: JoinRequest,
): GroupDecision<JoinResult> {
  const memberId = request.memberId === '' ? newMemberId(context.random) : request.memberId
  const error = refusal(context, group, request, memberId)
  if (error !== ErrorCode.NONE) return answer(failedJoin(error, ''))
  if (request.requireKnownMemberId && request.memberId === '' && request.groupInstanceId === null)
    return answer(failedJoin(ErrorCode.MEMBER_ID_REQUIRED, memberId))
  const records: GroupRecord[] = []
  const from = memberFor(group, request, memberId, records)
  if (from instanceof Refused) return answer(failedJoin(from.errorCode, ''))
  const subscription = readSubscription(request.protocols[0]?.metadata ?? Buffer.alloc(0))
  if (!subscription) return answer(failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, ''))
  const to = withRequest(from, request, subscription)
  if (!context.memberBytes.hasRoomFor(memberBytes(to) - memberBytes(from)))
    return answer(failedJoin(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, request.memberId))
  return joined(context, group, { request, subscription, from, to }, records)
}

function refusal(
  { consumers }: ConsumerContext,
  group: ConsumerGroup,
  { protocolType, protocols, groupInstanceId }: JoinRequest,
  memberId: string,
): ErrorCode {
  if (!consumers.mixes) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
  const isMember = group.members.has(memberId) || group.staticMember(groupInstanceId) !== undefined
  if (!isMember && group.members.size >= consumers.groupSizeMax) return ErrorCode.GROUP_MAX_SIZE_REACHED
  const isKnownByAll = ({ name }: { readonly name: string }) =>
    group.classicProtocols.of(name) === group.classicMembers
  return protocolType === consumerProtocolType && protocols.some(isKnownByAll)
    ? ErrorCode.NONE
    : ErrorCode.INCONSISTENT_GROUP_PROTOCOL
}

function memberFor(
  group: ConsumerGroup,
  { memberId: asked, groupInstanceId }: JoinRequest,
  memberId: string,
  records: GroupRecord[],
): ConsumerMember | Refused {
  if (groupInstanceId === null) return group.members.get(memberId) ?? newMember(memberId)
  if (asked !== '') return memberOf(group, memberId, groupInstanceId)
  const former = group.staticMember(groupInstanceId)
  if (!former) return newMember(memberId)
  const back = { ...former, memberId, memberEpoch: 0, previousMemberEpoch: 0 }
  records.push(...replacementRecords(group, former, back))
  return back
}

function withRequest(
  member: ConsumerMember,
  request: JoinRequest,
  subscription: Subscription,
): ConsumerMember {
  const { metadata } = member
  return {
    ...member,
    metadata: {
      instanceId: request.groupInstanceId ?? metadata.instanceId,
      rackId: subscription.rackId || metadata.rackId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      subscribedTopicNames: inOrder(subscription.topics),
      subscribedTopicRegex: '',
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      serverAssignor: metadata.serverAssignor,
      classicMemberMetadata: {
        sessionTimeoutMs: request.sessionTimeoutMs,
        supportedProtocols: [...request.protocols],
      },
    },
  }
}

function joined(
  context: ConsumerContext,
  group: ConsumerGroup,
  joining: Joining,
  records: GroupRecord[],
): GroupDecision<JoinResult> {
  const { from, to, subscription } = joining
  const former = group.staticMember(to.metadata.instanceId)
  const namesChanged = !sameTopics(from.metadata.subscribedTopicNames, to.metadata.subscribedTopicNames)
  if (!sameMetadata(from.metadata, to.metadata))
    records.push(consumerRecords.member(group.groupId, to.memberId, to.metadata))
  const regex = followRegex(context, group, { from, to }, () => false, records)
  const hasSubscriptionChanged = namesChanged || regex !== 'same'
  const epoch = refreshedEpoch(context, group, { from, to }, hasSubscriptionChanged, records)
  const owned = ownedBy(subscription, context.topics)
  const isLast = former !== undefined && !usesClassicProtocol(former)
  if (isLast && mayDowngrade(context, [...others(group, former), to]))
    return downgraded(context, group, { ...joining, former, epoch, owned, hasSubscriptionChanged })
  const target = targetFor(context, group, epoch, from, to, records)
  const towards = { target: target.assignment, targetEpoch: target.epoch, hasSubscriptionChanged, owned }
  const next = step(context, group, to, towards, records)
  if (!next) return answer(failedJoin(ErrorCode.FENCED_MEMBER_EPOCH, ''))
  return { records, response: resultOf(next), committed: () => hasJoined(context, group, next) }
}

function others(group: ConsumerGroup, former: ConsumerMember): ConsumerMember[] {
  return [...group.members.values()].filter((member) => member !== former)
}

function ownedBy({ ownedPartitions }: Subscription, topics: TopicView): TopicPartitions[] {
  return ownedPartitions.flatMap(({ topic, partitions }) => {
    const topicId = topics.idOf(topic)
    return topicId === undefined ? [] : [{ topicId, partitions }]
  })
}

/** An instance comes back by the classic protocol, and it was the last of the other: so the group is of the classic one. */
function downgraded(
  context: ConsumerContext,
  group: ConsumerGroup,
  of: Joining & {
    readonly former: ConsumerMember
    readonly epoch: number
    readonly owned: TopicPartitions[]
    readonly hasSubscriptionChanged: boolean
  },
): GroupDecision<JoinResult> {
  const { to, former, epoch, owned, hasSubscriptionChanged } = of
  const target = group.targetOf(former)
  const isStale = group.assignmentEpoch < epoch
  const towards = { target, targetEpoch: group.assignmentEpoch, hasSubscriptionChanged, owned }
  const next = isStale ? to : step(context, group, to, towards, [])
  const staying = [...others(group, former), to]
  const members = staying.map((member) => ({
    member,
    target: member === to ? target : group.targetOf(member),
  }))
  return {
    records: [...group.tombstones(), classicRecord(context, group, members)],
    next: () => {
      const classic = takeOver(context, group, staying)
      if (isStale)
        prepareRebalance(context, classic, 'the group goes back with an assignment that is not of its epoch')
      return answer(resultOf(next ?? to))
    },
  }
}

function hasJoined(context: ConsumerContext, { groupId }: ConsumerGroup, member: ConsumerMember): void {
  unlimitClassic(context, 'join', groupId, member.memberId)
  beginSession(context, groupId, member)
  limitClassic(context, 'sync', groupId, member)
}

function resultOf({ memberId, memberEpoch, metadata }: ConsumerMember): JoinResult {
  return {
    errorCode: ErrorCode.NONE,
    memberId,
    generationId: memberEpoch,
    protocolType: consumerProtocolType,
    protocolName: metadata.classicMemberMetadata?.supportedProtocols[0]?.name ?? '',
    leader: '',
    skipAssignment: false,
    members: [],
  }
}
