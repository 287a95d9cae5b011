/*
 * DescribeProducers, version 0: the idempotent and transactional producers that a partition knows (KIP-664), which any
 * replica tells.
 */
import { DescribeProducers, ErrorCode, type Input, type ResponseOf } from '@sluice/wire'
import { byKeyInSteps, eachInSteps, eachOfSteps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

type Partition = NonNullable<
  NonNullable<Input<ResponseOf<typeof DescribeProducers>>['topics']>[number]['partitions']
>[number]

export const describeProducers = handler(
  DescribeProducers,
  [each('read', 'topic')],
  function* (request, { broker }) {
    return {
      topics: yield* eachOfSteps(request.topics, function* ({ name, partitionIndexes }) {
        // A partition may know a great many: one that is named twice is described once.
        const asked = yield* byKeyInSteps(partitionIndexes, (index) => index)
        return {
          name,
          partitions: yield* eachInSteps(asked.keys(), (index) => described(name, index, broker)),
        }
      }),
    }
  },
)

function described(name: string, partitionIndex: number, broker: BrokerServices): Partition {
  const partition = broker.partitions.find(name, partitionIndex)
  if (typeof partition === 'number')
    return {
      partitionIndex,
      errorCode: partition,
      // As on Apache Kafka: words for a topic that is not there, none for a partition.
      errorMessage: broker.metadata.topic(name) ? null : 'This server does not host this topic-partition.',
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
}
