/*
 * OffsetForLeaderEpoch, versions 2 to 4: where an epoch's records end (KIP-101, KIP-320).
 */
import { ErrorCode, OffsetForLeaderEpoch } from '@sluice/wire'
import { eachInSteps, eachOfSteps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const offsetForLeaderEpoch = handler(
  OffsetForLeaderEpoch,
  [each('describe', 'topic', { unless: { operation: 'clusterAction', resource: 'cluster' } })],
  function* (request, { broker }) {
    return {
      topics: yield* eachOfSteps(request.topics, function* ({ topic, partitions }) {
        const ends = eachInSteps(partitions, (wanted) => {
          const partition = broker.partitions.led(topic, wanted.partition, wanted.currentLeaderEpoch)
          if (typeof partition === 'number')
            return { errorCode: partition, partition: wanted.partition, leaderEpoch: -1, endOffset: -1 }
          const { epoch, endOffset } = partition.log.leaderEpochs.endOffsetFor(wanted.leaderEpoch)
          return { errorCode: ErrorCode.NONE, partition: wanted.partition, leaderEpoch: epoch, endOffset }
        })
        return { topic, partitions: yield* ends }
      }),
    }
  },
)
