import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/kinesis.generated.ts'
import type { Handler } from '../service.ts'
import { createStream } from './operations/create-stream.ts'
import { deleteStream } from './operations/delete-stream.ts'
import { describeStream } from './operations/describe-stream.ts'
import { describeStreamSummary } from './operations/describe-stream-summary.ts'
import { getRecords } from './operations/get-records.ts'
import { getShardIterator } from './operations/get-shard-iterator.ts'
import { listShards } from './operations/list-shards.ts'
import { listStreams } from './operations/list-streams.ts'
import { putRecord } from './operations/put-record.ts'
import { putRecords } from './operations/put-records.ts'
import type { Services } from './services.ts'

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function kinesisHandlers(
  services: Services,
): Partial<Record<OperationName<typeof operations>, Handler>> {
  return {
    CreateStream: createStream(services),
    DeleteStream: deleteStream(services),
    DescribeStream: describeStream(services),
    DescribeStreamSummary: describeStreamSummary(services),
    GetRecords: getRecords(services),
    GetShardIterator: getShardIterator(services),
    ListShards: listShards(services),
    ListStreams: listStreams(services),
    PutRecord: putRecord(services),
    PutRecords: putRecords(services),
  }
}
