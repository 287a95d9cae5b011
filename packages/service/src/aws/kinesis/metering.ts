import { recordBytes, recordsBytes } from '../../streams/record-bytes.ts'
import type { Page, NewRecord, PutOutcome, Stream } from '../../streams/stream.ts'
import { shardIdOf, type ShardRecord } from '../../streams/stream-record.ts'

/*
 * What calls come to as metrics (Kinesis Data Streams Developer Guide, "Monitoring the Amazon Kinesis Data Streams service with
 * Amazon CloudWatch"). Those of single shards are measured where somebody has asked for them.
 */

/** Records that were put, and what became of each. `ms` is how long it took. */
export function meterPut(
  { meter, record }: Stream,
  operation: 'PutRecord' | 'PutRecords',
  { entries, outcomes, ms }: { entries: readonly NewRecord[]; outcomes: readonly PutOutcome[]; ms: number },
): void {
  const all = { bytes: 0, kept: 0, throttled: 0 }
  const byShard = new Map<number, typeof all>()
  for (const [at, outcome] of outcomes.entries()) {
    if ('failure' in outcome) continue
    const isKept = 'sequenceNumber' in outcome
    const number = isKept ? outcome.shard : outcome.exceeded
    const own = byShard.get(number) ?? { bytes: 0, kept: 0, throttled: 0 }
    byShard.set(number, own)
    for (const sum of [all, own]) {
      if (isKept) sum.bytes += recordBytes(entries[at] as NewRecord)
      sum[isKept ? 'kept' : 'throttled']++
    }
  }
  meter.count(`${operation}.Bytes`, all.bytes)
  meter.count(`${operation}.Latency`, ms)
  meter.count(`${operation}.Success`, all.kept > 0 ? 1 : 0)
  if (operation === 'PutRecords') {
    meter.count('PutRecords.TotalRecords', entries.length)
    meter.count('PutRecords.SuccessfulRecords', all.kept)
    meter.count('PutRecords.ThrottledRecords', all.throttled)
    meter.count('PutRecords.FailedRecords', entries.length - all.kept - all.throttled)
  }
  const incoming = (sum: typeof all): Record<string, number> => ({
    ...(sum.kept > 0 && { IncomingBytes: sum.bytes, IncomingRecords: sum.kept }),
    WriteProvisionedThroughputExceeded: sum.throttled,
  })
  for (const [metric, value] of Object.entries(incoming(all))) meter.count(metric, value)
  for (const [number, sum] of byShard) meterShard({ meter, record }, number, incoming(sum))
}

/** A page that GetRecords gives. */
export function meterRead({ meter, record }: Stream, { number }: ShardRecord, page: Page, ms: number): void {
  const bytes = recordsBytes(page.records)
  meter.count('GetRecords.Bytes', bytes)
  meter.count('GetRecords.Records', page.records.length)
  meter.count('GetRecords.Latency', ms)
  meter.count('GetRecords.Success', 1)
  meter.count('GetRecords.IteratorAgeMilliseconds', page.millisBehindLatest)
  meter.count('ReadProvisionedThroughputExceeded', 0)
  meterShard({ meter, record }, number, { ...outgoing(page), ReadProvisionedThroughputExceeded: 0 })
}

/** GetRecords where the shard gives no more in this second. */
export function meterReadExceeded({ meter, record }: Stream, { number }: ShardRecord): void {
  meter.count('GetRecords.Success', 0)
  meter.count('ReadProvisionedThroughputExceeded', 1)
  meterShard({ meter, record }, number, { ReadProvisionedThroughputExceeded: 1 })
}

/** A page that a subscriber gets. */
export function meterEvent(
  { meter, record }: Stream,
  { number }: ShardRecord,
  consumer: string,
  page: Page,
): void {
  const dimensions = { ConsumerName: consumer }
  meter.count('SubscribeToShardEvent.Bytes', recordsBytes(page.records), dimensions)
  meter.count('SubscribeToShardEvent.Records', page.records.length, dimensions)
  meter.count('SubscribeToShardEvent.MillisBehindLatest', page.millisBehindLatest, dimensions)
  meter.count('SubscribeToShardEvent.Success', 1, dimensions)
  meterShard({ meter, record }, number, outgoing(page))
}

/** A subscription that has begun, or that may not since another has just begun. */
export function meterSubscription({ meter }: Stream, consumer: string, hasBegun: boolean): void {
  const dimensions = { ConsumerName: consumer }
  meter.count('SubscribeToShard.Success', hasBegun ? 1 : 0, dimensions)
  meter.count('SubscribeToShard.RateExceeded', hasBegun ? 0 : 1, dimensions)
}

function outgoing(page: Page) {
  return {
    OutgoingBytes: recordsBytes(page.records),
    OutgoingRecords: page.records.length,
    IteratorAgeMilliseconds: page.millisBehindLatest,
  }
}

function meterShard(
  { meter, record }: Pick<Stream, 'meter' | 'record'>,
  number: number,
  values: Readonly<Record<string, number>>,
): void {
  for (const [metric, value] of Object.entries(values))
    if (record.shardMetrics.includes(metric)) meter.count(metric, value, { ShardId: shardIdOf(number) })
}
