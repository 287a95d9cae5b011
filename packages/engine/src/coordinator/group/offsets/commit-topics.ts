import { addInt64, ErrorCode, type Int64, type OffsetCommit, type RequestOf } from '@sluice/wire'
import { eachInSteps, eachOfSteps, type Steps } from '../../../storage/slices.ts'
import type { RecordBytes } from '../../pending-appends.ts'
import type { FinalDecision } from '../../decision.ts'
import { type GroupRecord, groupRecordCodec, offsetCommitRecord } from '../group-records.ts'
import type { TopicView } from '../topic-view.ts'
import type { CommitTopic, CommitTopicResult } from './offsets.ts'

export type RequestedTopic = RequestOf<typeof OffsetCommit>['topics'][number]
type PartitionResult = CommitTopicResult['partitions'][number]

/** A topic of a commit: what the group's shard is to decide, and what is refused without it. */
interface CheckedTopic {
  readonly asked: RequestedTopic
  readonly refused: readonly PartitionResult[]
  readonly valid: CommitTopic
}

/** Topics and partitions that are not there are refused one by one. */
export function* checkCommitTopic(
  asked: RequestedTopic,
  byId: boolean,
  topics: TopicView,
): Steps<CheckedTopic> {
  const name = byId ? (topics.nameOf(asked.topicId) ?? '') : asked.name
  const topicId = byId ? asked.topicId : (topics.idOf(name) ?? asked.topicId)
  const count = topics.partitionCount(name) ?? 0
  const errorCode = byId && name === '' ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  const refused: PartitionResult[] = []
  const partitions: RequestedTopic['partitions'] = []
  for (const partition of asked.partitions) {
    const { partitionIndex } = partition
    if (partitionIndex >= 0 && partitionIndex < count) partitions.push(partition)
    else refused.push({ partitionIndex, errorCode })
    yield
  }
  return { asked, refused, valid: { name, topicId, partitions } }
}

/** What a commit comes to where its group takes it: its records, already encoded, for there may be tens of thousands. */
export function* commitDecision(commit: {
  readonly groupId: string
  readonly topics: readonly CommitTopic[]
  readonly retentionTimeMs: Int64
  readonly nowMs: number
  readonly offsetMetadataSizeMax: number
}): Steps<FinalDecision<CommitTopicResult[], GroupRecord>> {
  const { groupId: group, retentionTimeMs, nowMs } = commit
  const records: GroupRecord[] = []
  const encoded: RecordBytes[] = []
  const expireTimestampMs = retentionTimeMs === -1 ? null : addInt64(nowMs, retentionTimeMs)
  const response = yield* eachOfSteps(commit.topics, function* ({ name, topicId, partitions }) {
    const results = eachInSteps(partitions, (each) => {
      const { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch } = each
      const metadata = each.committedMetadata ?? ''
      if (metadata.length > commit.offsetMetadataSizeMax)
        return { partitionIndex: partition, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE }
      const value = { offset, leaderEpoch, metadata, commitTimestampMs: nowMs, expireTimestampMs, topicId }
      const record = offsetCommitRecord({ group, topic: name, partition }, value)
      records.push(record)
      encoded.push(groupRecordCodec.encode(record))
      return { partitionIndex: partition, errorCode: ErrorCode.NONE }
    })
    return { name, topicId, partitions: yield* results }
  })
  return { records, encoded, response }
}

/** The answer, under the request's own names; an error of the whole commit is that of each valid partition. */
export function committedTopics(
  checked: readonly CheckedTopic[],
  outcome: ErrorCode | readonly CommitTopicResult[],
): Steps<CommitTopicResult[]> {
  const results = typeof outcome === 'number' ? null : outcome.values()
  return eachInSteps(checked, ({ asked, refused, valid }) => {
    const partitions =
      typeof outcome === 'number'
        ? valid.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: outcome }))
        : valid.partitions.length > 0
          ? (results?.next().value?.partitions ?? [])
          : []
    return { name: asked.name, topicId: asked.topicId, partitions: [...refused, ...partitions] }
  })
}
