import type { GroupRecord } from '../group-records.ts'
import type { TopicView } from '../topic-view.ts'
import { type Assignment, noAssignment, sameAssignment } from './assignment.ts'
import type { AssignableMember } from './assignors/assignor.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, regexOf, sameTopics } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'

interface Target {
  readonly epoch: number
  /** Of the member whose heartbeat it is. */
  readonly assignment: Assignment
}

/**
 * The target that the member is to be brought to: a new one where the group's epoch has risen, not sooner than
 * consumer.assignment.interval.ms after the last one (KIP-1263).
 */
export function targetFor(
  context: ConsumerContext,
  group: ConsumerGroup,
  groupEpoch: number,
  from: ConsumerMember,
  to: ConsumerMember,
  records: GroupRecord[],
): Target {
  const nowMs = context.clock.now()
  if (group.assignmentEpoch >= groupEpoch || !mayAssign(context, group, nowMs))
    return { epoch: group.assignmentEpoch, assignment: group.targetOf(to) }
  const { assignors } = context.consumers
  const preferred = group.assignorWith(from, to)
  const assignor = assignors.find(({ name }) => name === preferred) ?? assignors[0]
  const members = assignable(context.topics, group, to)
  const assigned = assignor.assign(
    members,
    (topicId) => context.topics.partitionCount(context.topics.nameOf(topicId) ?? '') ?? 0,
  )
  const { groupId } = group
  for (const { memberId } of members) {
    const target = assigned.get(memberId) ?? noAssignment
    const before = group.targets.get(memberId)
    if (!before || !sameAssignment(target, before))
      records.push(consumerRecords.target(groupId, memberId, target))
  }
  records.push(
    consumerRecords.targetMetadata(groupId, { assignmentEpoch: groupEpoch, assignmentTimestamp: nowMs }),
  )
  context.logger.info('group has a new assignment', {
    group: groupId,
    epoch: groupEpoch,
    assignor: assignor.name,
  })
  return { epoch: groupEpoch, assignment: assigned.get(to.memberId) ?? noAssignment }
}

function mayAssign({ consumers }: ConsumerContext, group: ConsumerGroup, nowMs: number): boolean {
  const { assignmentTimestampMs, groupId } = group
  return (
    assignmentTimestampMs === 0 ||
    nowMs >= Number(assignmentTimestampMs) + consumers.assignmentIntervalMs(groupId)
  )
}

/** The members as they are once `updated` is one of them, perhaps in the place of the instance that it was before. */
function assignable(topics: TopicView, group: ConsumerGroup, updated: ConsumerMember): AssignableMember[] {
  const replaced = group.staticMember(updated.metadata.instanceId)
  const members = new Map(group.members)
  if (replaced && replaced.memberId !== updated.memberId) members.delete(replaced.memberId)
  members.set(updated.memberId, updated)
  let last: { readonly member: ConsumerMember; readonly topicIds: ReadonlySet<string> } | null = null
  return [...members.values()].map((member) => {
    const topicIds: ReadonlySet<string> =
      last && hasSameSubscription(member, last.member)
        ? last.topicIds
        : subscribedTopicIds(topics, group, member)
    last = { member, topicIds }
    const before =
      member === updated ? group.targetOf(updated) : (group.targets.get(member.memberId) ?? noAssignment)
    return { memberId: member.memberId, instanceId: member.metadata.instanceId, topicIds, before }
  })
}

function hasSameSubscription(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    regexOf(one) === regexOf(other) &&
    sameTopics(one.metadata.subscribedTopicNames, other.metadata.subscribedTopicNames)
  )
}

/** Of topics that are there. */
export function subscribedTopicIds(
  topics: TopicView,
  group: ConsumerGroup,
  member: ConsumerMember,
): Set<string> {
  const ids = new Set<string>()
  const regex = regexOf(member)
  const ofRegex = regex === null ? undefined : group.resolvedRegexes.get(regex)
  for (const names of [member.metadata.subscribedTopicNames, ofRegex?.topics ?? []])
    for (const name of names) {
      const id = topics.idOf(name)
      if (id !== undefined) ids.add(id)
    }
  return ids
}
