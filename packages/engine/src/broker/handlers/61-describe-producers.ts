/*
 * DescribeProducers, version 0: the idempotent and transactional producers that a partition knows (KIP-664).
 */
import { DescribeProducers, ErrorCode } from '@sluice/wire'
import { each } from '../access.ts'
import { handler } from '../handler.ts'

export const describeProducers = handler(
  DescribeProducers,
  [each('read', 'topic')],
  (request, { broker }) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const partition = broker.partitions.led(name, partitionIndex, -1)
        if (typeof partition === 'number')
          return {
            partitionIndex,
            errorCode: partition,
            // As on Apache Kafka: words for a topic that is not there, none for a partition.
            errorMessage: broker.metadata.topic(name)
              ? null
              : 'This server does not host this topic-partition.',
            activeProducers: [],
          }
        return {
          partitionIndex,
          errorCode: ErrorCode.NONE,
          activeProducers: partition.log.activeProducers().map((producer) => ({
            producerId: producer.producerId,
            producerEpoch: producer.producerEpoch,
            lastSequence: producer.lastSequence,
            lastTimestamp: producer.lastTimestamp,
            coordinatorEpoch: producer.coordinatorEpoch,
            currentTxnStartOffset: producer.currentTransactionStartOffset,
          })),
        }
      }),
    })),
  }),
)
