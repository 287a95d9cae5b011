/*
 * DescribeLogDirs, versions 1 to 5: what the broker's log directory holds (KIP-113, KIP-827).
 */
import { DescribeLogDirs, ErrorCode, type RequestOf } from '@sluice/wire'
import type { Partition } from '../../replication/partition.ts'
import { eachInSteps, eachOfSteps, type Steps } from '../../storage/slices.ts'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const describeLogDirs = handler(
  DescribeLogDirs,
  [whole('describe', 'cluster')],
  function* (request, { broker }) {
    const wanted = request.topics && (yield* asked(request.topics))
    const byTopic = new Map<string, Partition[]>()
    for (const partition of broker.partitions.all()) {
      yield
      if (wanted && !wanted.get(partition.topic)?.has(partition.index)) continue
      const list = byTopic.get(partition.topic)
      if (list) list.push(partition)
      else byTopic.set(partition.topic, [partition])
    }
    const topics = yield* eachOfSteps(byTopic, function* ([name, partitions]) {
      return { name, partitions: yield* eachInSteps(partitions, described) }
    })
    const { totalBytes, usableBytes } = broker.logs.space()
    const directory = { errorCode: ErrorCode.NONE, logDir: broker.logs.directory, totalBytes, usableBytes }
    return { errorCode: ErrorCode.NONE, results: [{ ...directory, topics }] }
  },
)

function* asked(
  topics: NonNullable<RequestOf<typeof DescribeLogDirs>['topics']>,
): Steps<Map<string, Set<number>>> {
  const wanted = new Map<string, Set<number>>()
  for (const { topic, partitions } of topics) {
    yield
    const indexes = wanted.get(topic) ?? new Set()
    for (const index of partitions) indexes.add(index)
    wanted.set(topic, indexes)
  }
  return wanted
}

function described({ index, log }: Partition) {
  return {
    partitionIndex: index,
    partitionSize: log.sizeInBytes,
    offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
    isFutureKey: false,
  }
}
