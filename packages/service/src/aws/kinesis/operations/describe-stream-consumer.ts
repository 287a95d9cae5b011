import type { DescribeStreamConsumerInput, DescribeStreamConsumerOutput } from '@aws-sdk/client-kinesis'
import { consumerOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { consumerShape } from '../shapes.ts'

/** A consumer with the stream that it is of. */
export const describeStreamConsumer =
  (services: Pick<Services, 'streams'>) =>
  (input: DescribeStreamConsumerInput): DescribeStreamConsumerOutput => {
    const { stream, consumer } = consumerOf(services, input)
    return { ConsumerDescription: { ...consumerShape(consumer), StreamARN: stream.record.arn } }
  }
