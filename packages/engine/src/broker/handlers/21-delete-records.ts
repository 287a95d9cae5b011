/*
 * DeleteRecords, versions 0 to 2: moves a partition's log start offset (KIP-107).
 *
 * Offset −1 means the high watermark. Topics that are only compacted refuse (44), internal topics too (17).
 */
import { thrownMidway } from '@sluice/effects'
import { DeleteRecords, ErrorCode, type Int64 } from '@sluice/wire'
import { each } from '../access.ts'
import { logConfigOf } from '../../storage/log-config.ts'
import { handler, type RequestContext } from '../handler.ts'
import { isInternalTopic } from '../internal-topics.ts'

const highWatermark = -1

export const deleteRecords = handler(DeleteRecords, [each('delete', 'topic')], (request, context) => ({
  topics: request.topics.map((topic) => ({
    name: topic.name,
    partitions: topic.partitions.map(({ partitionIndex, offset }) => {
      const moved = deleteBefore(topic.name, partitionIndex, offset, context)
      return { partitionIndex, lowWatermark: moved.lowWatermark ?? -1, errorCode: moved.error }
    }),
  })),
}))

function deleteBefore(
  topic: string,
  index: number,
  offset: Int64,
  { broker }: RequestContext,
): { error: ErrorCode; lowWatermark?: number } {
  if (isInternalTopic(topic)) return { error: ErrorCode.INVALID_TOPIC_EXCEPTION }
  const partition = broker.partitions.led(topic, index, -1)
  if (typeof partition === 'number') return { error: partition }
  const { log } = partition
  if (!broker.config.topicView(topic, logConfigOf).cleanupPolicy.delete)
    return { error: ErrorCode.POLICY_VIOLATION }
  const before = offset === highWatermark ? log.highWatermark : Number(offset)
  if (before < 0 || before > log.highWatermark) return { error: ErrorCode.OFFSET_OUT_OF_RANGE }
  try {
    log.deleteRecordsBefore(before)
  } catch (failure) {
    partition.readFailed(thrownMidway(failure))
    return { error: ErrorCode.KAFKA_STORAGE_ERROR }
  }
  return { error: ErrorCode.NONE, lowWatermark: log.logStartOffset }
}
