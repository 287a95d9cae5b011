/*
 * DeleteRecords, versions 0 to 2: moves a partition's log start offset (KIP-107).
 *
 * Offset −1 means the high watermark. The answer waits for all replicas that are alive. Topics that are only compacted refuse (44), internal topics too (17).
 */
import { Deferred, thrownMidway } from '@sluice/effects'
import { DeleteRecords, ErrorCode, type Int64 } from '@sluice/wire'
import type { Partition } from '../../replication/partition.ts'
import { each } from '../access.ts'
import { logConfigOf } from '../../storage/log-config.ts'
import { handler, type RequestContext } from '../handler.ts'
import { isInternalTopic } from '../internal-topics.ts'

const highWatermark = -1

export const deleteRecords = handler(DeleteRecords, [each('delete', 'topic')], async (request, context) => ({
  topics: await Promise.all(
    request.topics.map(async (topic) => ({
      name: topic.name,
      partitions: await Promise.all(
        topic.partitions.map(async ({ partitionIndex, offset }) => {
          const deleted = deleteBefore(topic.name, partitionIndex, offset, context)
          const error = typeof deleted === 'number' ? deleted : await everywhere(deleted, request.timeoutMs)
          const lowWatermark = typeof deleted === 'number' || error !== ErrorCode.NONE ? -1 : deleted.before
          return { partitionIndex, lowWatermark, errorCode: error }
        }),
      ),
    })),
  ),
}))

/** Waits until no replica that is alive holds the records any more. */
function everywhere({ partition, before }: Deleted, timeoutMs: number): Promise<ErrorCode> {
  const { promise, resolve } = new Deferred<ErrorCode>()
  partition.awaitDeletion(before, timeoutMs, { committed: () => resolve(ErrorCode.NONE), failed: resolve })
  return promise
}

interface Deleted {
  readonly partition: Partition
  readonly before: number
}

function deleteBefore(
  topic: string,
  index: number,
  offset: Int64,
  { broker }: RequestContext,
): Deleted | ErrorCode {
  if (isInternalTopic(topic)) return ErrorCode.INVALID_TOPIC_EXCEPTION
  const partition = broker.partitions.led(topic, index, -1)
  if (typeof partition === 'number') return partition
  const { log } = partition
  if (!broker.config.topicView(topic, logConfigOf).cleanupPolicy.delete) return ErrorCode.POLICY_VIOLATION
  const before = offset === highWatermark ? log.highWatermark : Number(offset)
  if (before < 0 || before > log.highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE
  try {
    log.deleteRecordsBefore(before)
  } catch (failure) {
    partition.readFailed(thrownMidway(failure))
    return ErrorCode.KAFKA_STORAGE_ERROR
  }
  return { partition, before: log.logStartOffset }
}
