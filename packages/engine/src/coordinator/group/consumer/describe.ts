import { type ConsumerGroupDescribe, ErrorCode, type Input, type ResponseOf } from '@sluice/wire'
import { eachInSteps, type Steps } from '../../../storage/slices.ts'
import type { TopicView } from '../topic-view.ts'
import { type Assignment, noAssignment, partitionsOf } from './assignment.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, usesClassicProtocol } from './consumer-member.ts'

export type DescribedConsumerGroup = Input<ResponseOf<typeof ConsumerGroupDescribe>['groups'][number]>

/** As ConsumerGroupDescribe says which protocol a member speaks. */
const memberType = { classic: 0, consumer: 1 } as const

export function notFound(groupId: string, isThere: boolean): DescribedConsumerGroup {
  const errorMessage = isThere ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`
  return { groupId, errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage }
}

export function* describeConsumerGroup(
  group: ConsumerGroup,
  topics: TopicView,
  defaultAssignor: string,
): Steps<DescribedConsumerGroup> {
  const members = yield* eachInSteps([...group.members.values()], (member) =>
    describeMember(member, group.targets.get(member.memberId) ?? noAssignment, topics),
  )
  return {
    groupId: group.groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignors.most() ?? defaultAssignor,
    members,
  }
}

function describeMember(member: ConsumerMember, target: Assignment, topics: TopicView) {
  const { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex } =
    member.metadata
  return {
    memberId: member.memberId,
    instanceId,
    rackId,
    memberEpoch: member.memberEpoch,
    clientId,
    clientHost,
    subscribedTopicNames,
    subscribedTopicRegex,
    assignment: { topicPartitions: named([member.assigned, member.revoking].map(partitionsOf), topics) },
    targetAssignment: { topicPartitions: named([target], topics) },
    memberType: usesClassicProtocol(member) ? memberType.classic : memberType.consumer,
  }
}

/** With the names of topics; those that are gone are left out. */
function named(all: readonly Assignment[], topics: TopicView) {
  const byTopic = new Map<string, { topicId: string; topicName: string; partitions: number[] }>()
  for (const some of all)
    for (const [topicId, partitions] of some) {
      const topicName = topics.nameOf(topicId)
      if (topicName === undefined) continue
      const known = byTopic.get(topicId)
      if (known) for (const partition of partitions) known.partitions.push(partition)
      else byTopic.set(topicId, { topicId, topicName, partitions: [...partitions] })
    }
  return [...byTopic.values()]
}
