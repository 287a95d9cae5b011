import { ErrorCode } from '@sluice/wire'
import type { ClassicGroup } from './classic/classic-group.ts'
import { failedJoin, failedSync, type ClassicMember } from './classic/classic-member.ts'
import {
  type Assignment,
  noAssignment,
  type Partitions,
  partitionsOf,
  possessedSince,
  rising,
} from './consumer/assignment.ts'
import type { ConsumerContext } from './consumer/consumer-context.ts'
import { ConsumerGroup } from './consumer/consumer-group.ts'
import { currentAssignmentOf, inOrder, newMember, type ConsumerMember } from './consumer/consumer-member.ts'
import { type ConsumerRecord, consumerRecords } from './consumer/consumer-records.ts'
import { Refused } from './consumer/refused.ts'
import { replayConsumerRecord } from './consumer/replay.ts'
import { beginSession } from './consumer/timers.ts'
import { readAssignment, readSubscription } from './consumer-protocol.ts'
import type { GroupRecord } from './group-records.ts'
import { MemberBytes } from './member-bytes.ts'
import type { TopicView } from './topic-view.ts'

/**
 * A member of the consumer protocol has come to a group of the classic one: that becomes one of the consumer protocol, in
 * which its members stay, with what they have, and go on by the classic protocol. Its generation is the epoch.
 */
export function upgraded(
  context: ConsumerContext,
  groupId: string,
  records: GroupRecord[],
): ConsumerGroup | Refused {
  const classic = context.groups.classic(groupId)
  const problem = classic ? refusal(context, classic) : null
  if (!classic || problem) return refused(groupId, problem ?? 'it is gone')
  const members: ConsumerMember[] = []
  for (const each of classic.members.values()) {
    const member = memberOf(classic, each, context.topics)
    if (typeof member === 'string') return refused(groupId, member)
    members.push(member)
  }
  // Whoever waits is to come again: another rebalance begins.
  for (const member of classic.members.values()) {
    member.completeJoin(failedJoin(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId))
    member.completeSync(failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
  }
  const made = recordsOf(context, classic, members)
  records.push(...classic.tombstones(), ...made)
  for (const member of members) beginSession(context, groupId, member)
  context.logger.info('group goes over to the consumer protocol', { group: groupId })
  // As it will be once its records are replayed.
  const group = new ConsumerGroup(groupId, new MemberBytes())
  const one = { consumer: () => group, createConsumer: () => group, delete: () => {} }
  for (const record of made) replayConsumerRecord(one, record)
  return group
}

function refused(groupId: string, why: string): Refused {
  return new Refused(
    ErrorCode.GROUP_ID_NOT_FOUND,
    `Cannot upgrade classic group ${groupId} to consumer group because ${why}.`,
  )
}

function refusal({ consumers }: ConsumerContext, group: ClassicGroup): string | null {
  if (!consumers.upgrades) return 'online upgrade is disabled'
  if (!group.usesConsumerProtocol) return 'the group does not use the consumer embedded protocol'
  if (group.members.size > consumers.groupSizeMax)
    return 'the group size exceeds the consumer group maximum size'
  return null
}

const malformed = 'the embedded consumer protocol is malformed'
const customAssignor =
  'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade'

/** Or why it cannot be one. */
function memberOf(group: ClassicGroup, member: ClassicMember, topics: TopicView): ConsumerMember | string {
  const { generationId } = group
  const protocol = group.protocolName ?? member.protocols[0]?.name ?? ''
  const subscription = readSubscription(member.metadata(protocol))
  const assignment = assignmentOf(member, topics)
  if (!subscription || assignment === null) return malformed
  if (assignment === 'custom') return customAssignor
  return {
    ...newMember(member.memberId),
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    assigned: possessedSince(assignment, generationId),
    metadata: {
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId === '' ? null : subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: inOrder(subscription.topics),
      subscribedTopicRegex: '',
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: null,
      classicMemberMetadata: {
        sessionTimeoutMs: member.sessionTimeoutMs,
        supportedProtocols: [...member.protocols],
      },
    },
  }
}

/** `custom`: with data of an assignor's own, which would be lost. Null: it cannot be read. */
function assignmentOf({ assignment }: ClassicMember, topics: TopicView): Assignment | 'custom' | null {
  if (assignment.length === 0) return noAssignment
  const read = readAssignment(assignment)
  if (!read) return null
  if (read.userData !== null && read.userData.length > 0) return 'custom'
  const ids = new Map<string, Partitions>()
  for (const { topic, partitions } of read.assignedPartitions) {
    const id = topics.idOf(topic)
    if (id !== undefined && partitions.length > 0) ids.set(id, rising(partitions))
  }
  return ids
}

function recordsOf(
  { topicHashes }: ConsumerContext,
  { groupId, generationId }: ClassicGroup,
  members: readonly ConsumerMember[],
): ConsumerRecord[] {
  const topics = new Set(members.flatMap(({ metadata }) => metadata.subscribedTopicNames))
  return [
    ...members.map(({ memberId, metadata }) => consumerRecords.member(groupId, memberId, metadata)),
    consumerRecords.group(groupId, { epoch: generationId, metadataHash: topicHashes.of(topics) }),
    ...members.map(({ memberId, assigned }) =>
      consumerRecords.target(groupId, memberId, partitionsOf(assigned)),
    ),
    consumerRecords.targetMetadata(groupId, { assignmentEpoch: generationId, assignmentTimestamp: 0 }),
    ...members.map((member) =>
      consumerRecords.currentAssignment(groupId, member.memberId, currentAssignmentOf(member)),
    ),
  ]
}
