/*
 * OffsetForLeaderEpoch, versions 2 to 4: where an epoch's records end (KIP-101, KIP-320).
 */
import { ErrorCode, OffsetForLeaderEpoch } from '@sluice/wire'
import { handler } from '../handler.ts'

export const offsetForLeaderEpoch = handler(OffsetForLeaderEpoch, (request, { broker }) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((wanted) => {
      const partition = broker.partitions.get(topic, wanted.partition)
      const errorCode = partition
        ? partition.check(wanted.currentLeaderEpoch)
        : broker.partitions.whyMissing(topic, wanted.partition)
      if (!partition || errorCode !== ErrorCode.NONE)
        return { errorCode, partition: wanted.partition, leaderEpoch: -1, endOffset: -1 }
      const { epoch, endOffset } = partition.log.leaderEpochs.endOffsetFor(wanted.leaderEpoch)
      return { errorCode, partition: wanted.partition, leaderEpoch: epoch, endOffset }
    }),
  })),
}))
