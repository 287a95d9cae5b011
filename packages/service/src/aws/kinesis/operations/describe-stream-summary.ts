import type { DescribeStreamSummaryInput, DescribeStreamSummaryOutput } from '@aws-sdk/client-kinesis'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { summaryShape } from '../shapes.ts'

/** A stream without its shards. */
export const describeStreamSummary =
  (services: Pick<Services, 'streams'>) =>
  (input: DescribeStreamSummaryInput): DescribeStreamSummaryOutput => ({
    StreamDescriptionSummary: summaryShape(streamOf(services, input).record),
  })
