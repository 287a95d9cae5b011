import type { Connection } from '@sluice/client'
import { DescribeLogDirs } from '@sluice/wire'
import type { LogDirectory } from '../cluster-view.ts'

/** What a broker has on its disk. From version 4 on it says how large that is (KIP-827). */
export async function describeLogDirectories(
  connection: Connection,
  nodeId: number,
): Promise<LogDirectory[]> {
  const { results } = await connection.request(DescribeLogDirs, { topics: null })
  return results.map(({ totalBytes, usableBytes, topics }) => ({
    nodeId,
    totalBytes: Number(totalBytes),
    usableBytes: Number(usableBytes),
    logs: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, partitionSize }) => ({
        topic: name,
        partition: partitionIndex,
        bytes: Number(partitionSize),
      })),
    ),
  }))
}
