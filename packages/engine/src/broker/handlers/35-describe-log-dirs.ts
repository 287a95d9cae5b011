/*
 * DescribeLogDirs, versions 1 to 5: what the broker's log directory holds (KIP-113, KIP-827).
 */
import { DescribeLogDirs, ErrorCode } from '@sluice/wire'
import type { Partition } from '../../replication/partition.ts'
import { whole } from '../access.ts'
import { handler } from '../handler.ts'

export const describeLogDirs = handler(
  DescribeLogDirs,
  [whole('describe', 'cluster')],
  (request, { broker }) => {
    const wanted =
      request.topics &&
      new Set(
        request.topics.flatMap(({ topic, partitions }) => partitions.map((index) => `${topic}:${index}`)),
      )
    const byTopic = new Map<string, Partition[]>()
    for (const partition of broker.partitions.all()) {
      if (wanted && !wanted.has(`${partition.topic}:${partition.index}`)) continue
      const list = byTopic.get(partition.topic)
      if (list) list.push(partition)
      else byTopic.set(partition.topic, [partition])
    }
    const { totalBytes, usableBytes } = broker.logs.space()
    return {
      errorCode: ErrorCode.NONE,
      results: [
        {
          errorCode: ErrorCode.NONE,
          logDir: broker.logs.directory,
          totalBytes,
          usableBytes,
          topics: [...byTopic].map(([name, partitions]) => ({
            name,
            partitions: partitions.map((partition) => ({
              partitionIndex: partition.index,
              partitionSize: partition.log.sizeInBytes,
              offsetLag: Math.max(0, partition.log.highWatermark - partition.log.logEndOffset),
              isFutureKey: false,
            })),
          })),
        },
      ],
    }
  },
)
