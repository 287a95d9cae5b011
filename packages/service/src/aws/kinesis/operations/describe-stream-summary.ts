import type { DescribeStreamSummaryInput, DescribeStreamSummaryOutput } from '@aws-sdk/client-kinesis'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { summaryShape } from '../shapes.ts'

/** A stream without its shards. */
export const describeStreamSummary =
  (services: Pick<Services, 'streams'>) =>
  (input: DescribeStreamSummaryInput): DescribeStreamSummaryOutput => {
    const stream = streamOf(services, input)
    const { channels, queues } = services.streams
    // Only streams on demand have any.
    const counts = { ChannelCount: channels.of(stream).length, QueueCount: queues.of(stream).length }
    return {
      StreamDescriptionSummary: {
        ...summaryShape(stream.record),
        ...(stream.record.mode === 'ON_DEMAND' && counts),
      },
    }
  }
