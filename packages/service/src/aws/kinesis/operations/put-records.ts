import type { PutRecordsInput, PutRecordsOutput, PutRecordsResultEntry } from '@aws-sdk/client-kinesis'
import { recordsBytes } from '../../../streams/record-bytes.ts'
import { shardIdOf } from '../../../streams/stream-record.ts'
import type { PutOutcome, Stream } from '../../../streams/stream.ts'
import { dryRun, invalidArgument } from '../exceptions.ts'
import { meterPut } from '../metering.ts'
import { newRecord } from '../new-record.ts'
import { rateExceeded, readyStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const bytesMax = 10_485_760

/**
 * Appends up to 500 records, each by itself: of those that could not be kept the answer says so in their place. Those that go
 * to the same shard keep their order.
 *
 * Refuses all of them where one is no record, as PutRecord does, or where they are too many bytes.
 */
export const putRecords =
  (services: Services) =>
  async (input: PutRecordsInput): Promise<PutRecordsOutput> => {
    const stream = readyStreamOf(services, input)
    const { record } = stream
    const given = input.Records ?? []
    const entries = given.map((entry, at) => newRecord(stream, entry, `records.${at + 1}.member.data`))
    if (recordsBytes(entries) > bytesMax) throw invalidArgument('Records size exceeds 10 MB limit')
    if (input.DryRun) throw dryRun()
    const fromMs = services.clock.monotonic()
    const outcomes = await stream.put(entries)
    const ms = services.clock.monotonic() - fromMs
    meterPut(stream, 'PutRecords', { entries, outcomes, ms })
    const results = outcomes.map((outcome) => resultShape(services, stream, outcome))
    return {
      FailedRecordCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
      Records: results,
      ...(record.encryption && { EncryptionType: 'KMS' as const }),
    }
  }

function resultShape(services: Services, stream: Stream, outcome: PutOutcome): PutRecordsResultEntry {
  if ('exceeded' in outcome)
    return {
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: rateExceeded(services, stream, outcome.exceeded),
    }
  if ('failure' in outcome) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal service failure.' }
  return { SequenceNumber: outcome.sequenceNumber, ShardId: shardIdOf(outcome.shard) }
}
