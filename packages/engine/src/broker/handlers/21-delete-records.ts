/*
 * DeleteRecords, versions 0 to 2: moves a partition's log start offset (KIP-107).
 *
 * Offset −1 means the high watermark. The answer waits for all replicas that are alive, and, where Apache Kafka does not,
 * until this broker would know it after a kill. Topics that are only compacted refuse (44), internal topics too (17).
 */
import { Deferred, thrownMidway } from '@sluice/effects'
import { DeleteRecords, ErrorCode, type Input, type Int64, type ResponseOf } from '@sluice/wire'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import type { Partition } from '../../replication/partition.ts'
import { each } from '../../authorizer/access.ts'
import { logConfigOf } from '../../storage/log-config.ts'
import { byKeyInSteps, eachInSteps, eachOfSteps, type Steps } from '../../storage/slices.ts'
import { handler, type RequestContext } from '../handler.ts'

const highWatermark = -1

export const deleteRecords = handler(
  DeleteRecords,
  [each('delete', 'topic')],
  function* (request, context): Steps<Promise<{ topics: Answered[] }>> {
    const waits: Promise<void>[] = []
    const topics = yield* eachOfSteps(request.topics, function* ({ name, partitions }) {
      // Of a partition that is named twice the last offset holds, as on Apache Kafka.
      const wanted = yield* byKeyInSteps(partitions, ({ partitionIndex }) => partitionIndex)
      const answered = eachInSteps(wanted.values(), ({ partitionIndex, offset }) => {
        const deleted = deleteBefore(name, partitionIndex, offset, context)
        if (typeof deleted === 'number') return { partitionIndex, lowWatermark: -1, errorCode: deleted }
        const later = { partitionIndex, lowWatermark: -1, errorCode: ErrorCode.NONE as ErrorCode }
        const settle = (errorCode: ErrorCode) => {
          later.errorCode = errorCode
          if (errorCode === ErrorCode.NONE) later.lowWatermark = deleted.before
        }
        waits.push(everywhere(deleted, request.timeoutMs).then(settle))
        return later
      })
      return { name, partitions: yield* answered }
    })
    if (waits.length > 0) waits.push(context.broker.logs.saveCheckpoints())
    return Promise.all(waits).then(() => ({ topics }))
  },
)

type Answered = NonNullable<Input<ResponseOf<typeof DeleteRecords>>['topics']>[number]

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
