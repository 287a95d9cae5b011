/*
 * ListOffsets, versions 1 to 11.
 *
 * - By time: the first record at or after it, never beyond what the isolation level lets a consumer read.
 * - Special times: −1 latest, −2 earliest, −3 largest timestamp (KIP-734, version 7 on), −4 earliest local (8 on),
 *   −5 latest tiered (9 on), −6 earliest pending upload (11 on). Without tiered storage −4 is −2, and −5 and −6
 *   have no offset.
 * - Leader epochs (KIP-320).
 */
import { ErrorCode, ListOffsets, type Int64 } from '@sluice/wire'
import type { Partition } from '../../replication/partition.ts'
import { each } from '../access.ts'
import { handler, type RequestContext } from '../handler.ts'

const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6
const readCommitted = 1
const consumerReplicaId = -1
const leaderEpochVersionMin = 4

/** The lowest version that knows each special time. */
const versionMinOf = new Map<Int64, number>([
  [latest, 1],
  [earliest, 1],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

interface Found {
  timestamp: Int64
  offset: number
  leaderEpoch: number
}

const nothing: Found = { timestamp: -1, offset: -1, leaderEpoch: -1 }

export const listOffsets = handler(ListOffsets, [each('describe', 'topic')], async (request, context) => {
  const seen = new Set<string>()
  const duplicates = new Set<string>()
  for (const topic of request.topics)
    for (const { partitionIndex } of topic.partitions) {
      const key = `${topic.name}:${partitionIndex}`
      if (seen.has(key)) duplicates.add(key)
      seen.add(key)
    }
  const topics = request.topics.map(async ({ name, partitions }) => ({
    name,
    partitions: await Promise.all(
      partitions.map(async (wanted) => {
        const { partitionIndex } = wanted
        const found = duplicates.has(`${name}:${partitionIndex}`)
          ? ErrorCode.INVALID_REQUEST
          : await lookUp(name, wanted, request, context)
        const errorCode = typeof found === 'number' ? found : ErrorCode.NONE
        const { leaderEpoch, ...place } = typeof found === 'number' ? nothing : found
        const hasEpoch = context.apiVersion >= leaderEpochVersionMin
        return { partitionIndex, errorCode, ...place, ...(hasEpoch && { leaderEpoch }) }
      }),
    ),
  }))
  return { topics: await Promise.all(topics) }
})

async function lookUp(
  topic: string,
  wanted: { partitionIndex: number; currentLeaderEpoch: number; timestamp: Int64 },
  request: { replicaId: number; isolationLevel: number },
  context: RequestContext,
): Promise<Found | ErrorCode> {
  const { timestamp } = wanted
  if (timestamp < 0 && context.apiVersion < (versionMinOf.get(timestamp) ?? Infinity))
    return ErrorCode.UNSUPPORTED_VERSION
  const { partitions } = context.broker
  const partition = partitions.led(topic, wanted.partitionIndex, wanted.currentLeaderEpoch)
  if (typeof partition === 'number') return partition
  const { log } = partition
  const end =
    request.replicaId !== consumerReplicaId
      ? log.logEndOffset
      : request.isolationLevel === readCommitted
        ? log.lastStableOffset
        : log.highWatermark
  try {
    return await offsetFor(timestamp, partition, end)
  } catch (failure) {
    partition.readFailed(failure)
    return ErrorCode.KAFKA_STORAGE_ERROR
  }
}

async function offsetFor(timestamp: Int64, partition: Partition, end: number): Promise<Found> {
  const { log } = partition
  switch (timestamp) {
    case latest:
      return { timestamp: -1, offset: end, leaderEpoch: partition.leaderEpoch }
    case earliest:
    case earliestLocal:
      return {
        timestamp: -1,
        offset: log.logStartOffset,
        leaderEpoch: log.leaderEpochs.epochAt(log.logStartOffset) ?? -1,
      }
    case latestTiered:
    case earliestPendingUpload:
      return nothing
    default: {
      const found = await (timestamp === maxTimestamp
        ? log.maxTimestampOffset()
        : log.offsetForTimestamp(timestamp))
      return found && found.offset < end ? found : nothing
    }
  }
}
