import type {
  _Record,
  ChildShard,
  Consumer,
  MinimumThroughputBillingCommitmentOutput,
  Shard,
  StreamDescription,
  StreamDescriptionSummary,
} from '@aws-sdk/client-kinesis'
import { type AccountSettings, commitmentMsMin } from '../../streams/account-settings.ts'
import { lastPlace, formatSequenceNumber } from '../../streams/sequence-number.ts'
import { keptShards, openShards } from '../../streams/shards.ts'
import { type Page, sequenceNumberOf, type StoredRecord } from '../../streams/stream.ts'
import {
  type ConsumerRecord,
  shardIdOf,
  type ShardRecord,
  type StreamRecord,
} from '../../streams/stream-record.ts'

/* How answers speak of streams. */

export function shardShape(shard: ShardRecord): Shard {
  const [parent, adjacent] = shard.parents
  const { createdAtMs, closed } = shard
  return {
    ShardId: shardIdOf(shard.number),
    ...(parent !== undefined && { ParentShardId: shardIdOf(parent) }),
    ...(adjacent !== undefined && { AdjacentParentShardId: shardIdOf(adjacent) }),
    HashKeyRange: hashKeyRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumberOf(shard, -1, createdAtMs),
      ...(closed && { EndingSequenceNumber: endingSequenceNumber(shard, closed.atMs) }),
    },
  }
}

function endingSequenceNumber({ number, createdAtMs }: ShardRecord, atMs: number): string {
  return formatSequenceNumber({
    shardCreatedSeconds: Math.floor(createdAtMs / 1_000),
    shard: number,
    place: lastPlace,
    seconds: Math.floor(atMs / 1_000),
  })
}

function hashKeyRange({ startingHashKey, endingHashKey }: ShardRecord) {
  return { StartingHashKey: startingHashKey, EndingHashKey: endingHashKey }
}

function childShapes({ shards }: StreamRecord, { number }: ShardRecord): ChildShard[] {
  return shards
    .filter(({ parents }) => parents.includes(number))
    .map((child) => ({
      ShardId: shardIdOf(child.number),
      ParentShards: child.parents.map(shardIdOf),
      HashKeyRange: hashKeyRange(child),
    }))
}

/** As AWS has times of creation. */
export function toTheSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1_000) * 1_000)
}

/** What both descriptions have. */
function commonShape(record: StreamRecord) {
  return {
    StreamName: record.name,
    StreamARN: record.arn,
    StreamStatus: record.state,
    StreamModeDetails: { StreamMode: record.mode },
    RetentionPeriodHours: record.retentionHours,
    StreamCreationTimestamp: toTheSecond(record.createdAtMs),
    EnhancedMonitoring: [
      { ShardLevelMetrics: record.shardMetrics },
    ] as StreamDescription['EnhancedMonitoring'],
    ...encryptionShape(record),
  }
}

function encryptionShape({ encryption }: Pick<StreamRecord, 'encryption'>) {
  return encryption
    ? { EncryptionType: 'KMS' as const, KeyId: encryption.keyId }
    : { EncryptionType: 'NONE' as const }
}

export function streamShape(
  record: StreamRecord,
  page: { shards: ShardRecord[]; hasMore: boolean },
): StreamDescription {
  return { ...commonShape(record), Shards: page.shards.map(shardShape), HasMoreShards: page.hasMore }
}

export function summaryShape(record: StreamRecord): StreamDescriptionSummary {
  return {
    ...commonShape(record),
    OpenShardCount: record.state === 'CREATING' ? 0 : openShards(record.shards).length,
    ConsumerCount: record.consumers.length,
    MaxRecordSizeInKiB: record.maxRecordKiB,
    ...(record.mode === 'ON_DEMAND' && {
      RecordDistributionStrategy: record.distribution ?? 'USER_PARTITION_KEY',
    }),
    ...(record.warmMiBps > 0 && {
      WarmThroughput: {
        TargetMiBps: record.warmMiBps,
        CurrentMiBps: Math.min(record.warmMiBps, openShards(record.shards).length),
      },
    }),
  }
}

/** The shards that a stream shows: none before it is made. */
export function shownShards(record: StreamRecord, nowMs: number): ShardRecord[] {
  return record.state === 'CREATING' ? [] : keptShards(record, nowMs)
}

function recordShape(record: StoredRecord): _Record {
  return {
    SequenceNumber: record.sequenceNumber,
    ApproximateArrivalTimestamp: new Date(record.arrivedAtMs),
    Data: record.data,
    PartitionKey: record.partitionKey,
    ...(record.isEncrypted && { EncryptionType: 'KMS' }),
  }
}

/** What a page says of itself, where it is one of these. */
export function pageShape(record: StreamRecord, shard: ShardRecord, page: Page) {
  return {
    Records: page.records.map(recordShape),
    MillisBehindLatest: page.millisBehindLatest,
    ...(page.next === null && { ChildShards: childShapes(record, shard) }),
  }
}

export function consumerShape({ name, arn, state, createdAtMs }: ConsumerRecord): Consumer {
  return {
    ConsumerName: name,
    ConsumerARN: arn,
    ConsumerStatus: state,
    ConsumerCreationTimestamp: toTheSecond(createdAtMs),
  }
}

export function commitmentShape({
  commitment,
  isCommitted,
}: AccountSettings): MinimumThroughputBillingCommitmentOutput {
  if (!commitment) return { Status: 'DISABLED' }
  const { startedAtMs, endsAtMs } = commitment
  const status = !isCommitted
    ? 'DISABLED'
    : endsAtMs === null
      ? 'ENABLED'
      : 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'
  return {
    Status: status,
    StartedAt: new Date(startedAtMs),
    ...(endsAtMs !== null && { EndedAt: new Date(endsAtMs) }),
    ...(isCommitted && { EarliestAllowedEndAt: new Date(startedAtMs + commitmentMsMin) }),
  }
}
