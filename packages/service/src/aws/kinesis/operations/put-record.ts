import type { PutRecordInput, PutRecordOutput } from '@aws-sdk/client-kinesis'
import { parseSequenceNumber } from '../../../streams/sequence-number.ts'
import { shardIdOf } from '../../../streams/stream-record.ts'
import { dryRun, internalFailure, invalidArgument, throughputExceeded } from '../exceptions.ts'
import { rateExceeded, readyStreamOf } from '../operation.ts'
import { meterPut } from '../metering.ts'
import { newRecord } from '../new-record.ts'
import type { Services } from '../services.ts'

/**
 * Appends one record. What is put later to the same shard has a greater sequence number, so that SequenceNumberForOrdering
 * has to be one, and nothing more.
 *
 * Refuses, in this order: a stream that there is not; data that is too long; a hash key, then a sequence number, that is none; more
 * than the shard takes in a second.
 */
export const putRecord =
  (services: Services) =>
  async (input: PutRecordInput): Promise<PutRecordOutput> => {
    const stream = readyStreamOf(services, input)
    const { record } = stream
    const entry = newRecord(stream, input, 'data')
    const { SequenceNumberForOrdering: after } = input
    if (after !== undefined && after !== '0' && !isOfThePast(services, after))
      throw invalidArgument(
        `ExclusiveMinimumSequenceNumber ${after} used in PutRecord on stream ${record.name} under account ${services.streams.place.account} is invalid.`,
      )
    if (input.DryRun) throw dryRun()
    const fromMs = services.clock.monotonic()
    const outcomes = await stream.put([entry])
    const ms = services.clock.monotonic() - fromMs
    meterPut(stream, 'PutRecord', { entries: [entry], outcomes, ms })
    const [outcome] = outcomes
    if (outcome && 'exceeded' in outcome)
      throw throughputExceeded(rateExceeded(services, stream, outcome.exceeded))
    if (!outcome || 'failure' in outcome) throw internalFailure()
    return {
      ShardId: shardIdOf(outcome.shard),
      SequenceNumber: outcome.sequenceNumber,
      ...(record.encryption && { EncryptionType: 'KMS' }),
    }
  }

function isOfThePast({ clock }: Services, sequenceNumber: string): boolean {
  const { shardCreatedSeconds = Infinity, seconds = Infinity } = parseSequenceNumber(sequenceNumber) ?? {}
  return Math.max(shardCreatedSeconds, seconds) * 1_000 <= clock.now()
}
