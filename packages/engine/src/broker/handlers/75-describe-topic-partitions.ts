/*
 * DescribeTopicPartitions, version 0: partitions in pages (KIP-966).
 *
 * Topics come in the order of their names; a page holds at most `responsePartitionLimit` partitions (and
 * max.request.partition.size.limit) and names the place to go on. Empty `topics` means all.
 */
import { DescribeTopicPartitions, ErrorCode, zeroUuid, type Input, type ResponseOf } from '@sluice/wire'
import { authorizedOperations } from '../../authorizer/permissions.ts'
import type { TopicImage } from '../../metadata/image.ts'
import { isInternalTopic, isValidTopicName } from '../../metadata/topic-name.ts'
import { each } from '../../authorizer/access.ts'
import { describedPartition } from '../described-partition.ts'
import { handler, type RequestContext } from '../handler.ts'
import { describeTopicPartitionsScreen } from '../screens/describe-topic-partitions.ts'

type Response = Input<ResponseOf<typeof DescribeTopicPartitions>>
type Topic = NonNullable<Response['topics']>[number]

export const describeTopicPartitions = handler(
  DescribeTopicPartitions,
  [each('describe', 'topic')],
  function* (request, context) {
    const { broker } = context
    const { cursor } = request
    const askedForAll = request.topics.length === 0
    const names = new Set(
      askedForAll ? [...context.topics()].map(({ name }) => name) : request.topics.map(({ name }) => name),
    )
    // The topic where the last page ended belongs to this one, also if it has been deleted since.
    if (cursor && !askedForAll) names.add(cursor.topicName)
    const ordered = [...names].sort().filter((name) => !cursor || name >= cursor.topicName)
    let left = Math.max(
      1,
      Math.min(request.responsePartitionLimit, broker.config.int('max.request.partition.size.limit')),
    )
    const topics: Topic[] = []
    for (const name of ordered) {
      yield
      const topic = broker.metadata.topic(name)
      const from = cursor?.topicName === name ? Math.max(0, cursor.partitionIndex) : 0
      if (!topic) {
        if (!askedForAll) topics.push(missing(name, context))
        continue
      }
      if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } }
      const until = Math.min(topic.partitions.length, from + left)
      topics.push(described(topic, from, until, context))
      left -= until - from
      if (until < topic.partitions.length)
        return { topics, nextCursor: { topicName: name, partitionIndex: until } }
    }
    return { topics, nextCursor: null }
  },
  { screen: describeTopicPartitionsScreen },
)

function missing(name: string, { session }: RequestContext): Topic {
  return {
    errorCode: isValidTopicName(name)
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.INVALID_TOPIC_EXCEPTION,
    name,
    topicId: zeroUuid,
    isInternal: isInternalTopic(name),
    topicAuthorizedOperations: authorizedOperations(session.permissions, 'topic', name),
  }
}

function described(
  topic: TopicImage,
  from: number,
  until: number,
  { broker, session }: RequestContext,
): Topic {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    topicAuthorizedOperations: authorizedOperations(session.permissions, 'topic', topic.name),
    partitions: topic.partitions.slice(from, until).map((partition, i) => ({
      errorCode: ErrorCode.NONE,
      ...describedPartition(partition, from + i, broker.metadata, session.listener.name),
      eligibleLeaderReplicas: [...partition.eligibleLeaderReplicas],
      lastKnownElr: [...partition.lastKnownElr],
    })),
  }
}
