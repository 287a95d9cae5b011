import { assert } from '@sluice/effects'
import type { ClassicGroup } from './classic/classic-group.ts'
import { selectProtocol } from './classic/protocols.ts'
import { prepareRebalance, scheduleHeartbeat } from './classic/rebalance.ts'
import type { Assignment } from './consumer/assignment.ts'
import type { ConsumerContext } from './consumer/consumer-context.ts'
import type { ConsumerGroup } from './consumer/consumer-group.ts'
import { type ConsumerMember, usesClassicProtocol } from './consumer/consumer-member.ts'
import { consumerProtocolType, readSubscription, writeAssignment } from './consumer-protocol.ts'
import { withResponse } from '../decision.ts'
import type { GroupMetadata, GroupRecord } from './group-records.ts'
import type { GroupDecision, ShardContext } from './shard-context.ts'
import type { TopicView } from './topic-view.ts'

/** The last member of the consumer protocol leaves, and members of the classic one are left: so the group is of theirs. */
export function downgradedWithout<R>(
  context: ConsumerContext,
  group: ConsumerGroup,
  leaving: readonly ConsumerMember[],
  response: R,
): GroupDecision<R> | null {
  const staying = [...group.members.values()].filter((member) => !leaving.includes(member))
  if (staying.length === 0 || !mayDowngrade(context, staying)) return null
  const members = staying.map((member) => ({ member, target: group.targetOf(member) }))
  return {
    records: [...group.tombstones(), classicRecord(context, group, members)],
    next: () => {
      const classic = takeOver(context, group, staying)
      return withResponse(
        prepareRebalance(context, classic, 'the last member of the consumer protocol left'),
        response,
      )
    },
  }
}

/** Where these are all of its members. */
export function mayDowngrade(
  { consumers, config }: ConsumerContext,
  members: readonly ConsumerMember[],
): boolean {
  return consumers.downgrades && members.length <= config.groupSizeMax && members.every(usesClassicProtocol)
}

interface DowngradedMember {
  readonly member: ConsumerMember
  readonly target: Assignment
}

/** The group as one of the classic protocol, whose generation is the epoch. */
export function classicRecord(
  { clock, topics }: ConsumerContext,
  { groupId, epoch }: ConsumerGroup,
  members: readonly DowngradedMember[],
): GroupRecord {
  const protocol = selectProtocol(members.map(({ member }) => classicMetadata(member).supportedProtocols))
  const value: GroupMetadata = {
    protocolType: consumerProtocolType,
    generation: epoch,
    protocol,
    leader: members[0]?.member.memberId ?? null,
    currentStateTimestamp: clock.now(),
    members: members.map(({ member, target }) => {
      const { metadata, memberId } = member
      const { sessionTimeoutMs, supportedProtocols } = classicMetadata(member)
      const subscription =
        supportedProtocols.find(({ name }) => name === protocol)?.metadata ?? Buffer.alloc(0)
      return {
        memberId,
        groupInstanceId: metadata.instanceId,
        clientId: metadata.clientId,
        clientHost: metadata.clientHost,
        rebalanceTimeout: metadata.rebalanceTimeoutMs,
        sessionTimeout: sessionTimeoutMs,
        subscription,
        assignment: writeAssignment(readSubscription(subscription)?.version ?? 0, named(target, topics)),
      }
    }),
  }
  return { type: 'group-metadata', groupId, value }
}

/** The record is replayed; what it does not hold follows: all protocols of its members, and their sessions. */
export function takeOver(
  context: ShardContext,
  { groupId }: ConsumerGroup,
  members: readonly ConsumerMember[],
): ClassicGroup {
  const group = context.groups.classic(groupId)
  assert(group, `group ${groupId} is one of the classic protocol`)
  for (const member of members) {
    const classic = group.members.get(member.memberId)
    assert(classic, `member ${member.memberId} has stayed`)
    classic.prefer(classicMetadata(member).supportedProtocols)
    scheduleHeartbeat(context, group, classic)
  }
  context.logger.info('group goes back to the classic protocol', { group: groupId })
  return group
}

function classicMetadata({ memberId, metadata }: ConsumerMember) {
  const { classicMemberMetadata } = metadata
  assert(classicMemberMetadata, `member ${memberId} speaks the classic protocol`)
  return classicMemberMetadata
}

/** Partitions under the names of their topics; those that are gone are left out. */
export function named(assignment: Assignment, topics: TopicView): { topic: string; partitions: number[] }[] {
  return [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.nameOf(topicId)
    return topic === undefined ? [] : [{ topic, partitions: [...partitions] }]
  })
}
