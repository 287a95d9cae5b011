import { ErrorCode, type OffsetCommit, type RequestOf } from '@sluice/wire'
import type { TopicView } from '../topic-view.ts'
import type { CommitTopic, CommitTopicResult } from './offsets.ts'

type RequestedTopic = RequestOf<typeof OffsetCommit>['topics'][number]
type PartitionResult = CommitTopicResult['partitions'][number]

/** A topic of a commit: what the group's shard is to decide, and what is refused without it. */
interface CheckedTopic {
  readonly asked: RequestedTopic
  readonly refused: readonly PartitionResult[]
  readonly valid: CommitTopic
}

/** OffsetCommit names topics by id (KIP-848). */
const topicIdVersionMin = 10

/** Topics and partitions that are not there are refused one by one. */
export function checkCommitTopic(asked: RequestedTopic, apiVersion: number, topics: TopicView): CheckedTopic {
  const byId = apiVersion >= topicIdVersionMin
  const name = byId ? (topics.nameOf(asked.topicId) ?? '') : asked.name
  const topicId = byId ? asked.topicId : (topics.idOf(name) ?? asked.topicId)
  const count = topics.partitionCount(name) ?? 0
  const errorCode = byId && name === '' ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  const exists = ({ partitionIndex }: { partitionIndex: number }) =>
    partitionIndex >= 0 && partitionIndex < count
  const refused = asked.partitions
    .filter((partition) => !exists(partition))
    .map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
  return { asked, refused, valid: { name, topicId, partitions: asked.partitions.filter(exists) } }
}

/** The answer, under the request's own names; an error of the whole commit is that of each valid partition. */
export function committedTopics(
  checked: readonly CheckedTopic[],
  outcome: ErrorCode | readonly CommitTopicResult[],
): CommitTopicResult[] {
  const results = typeof outcome === 'number' ? null : outcome.values()
  return checked.map(({ asked, refused, valid }) => {
    const partitions =
      typeof outcome === 'number'
        ? valid.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: outcome }))
        : valid.partitions.length > 0
          ? (results?.next().value?.partitions ?? [])
          : []
    return { name: asked.name, topicId: asked.topicId, partitions: [...refused, ...partitions] }
  })
}
