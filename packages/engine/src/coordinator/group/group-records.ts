import { AssertionFailure } from '@sluice/effects'
import {
  ConsumerGroupCurrentMemberAssignmentRecord,
  ConsumerGroupMemberMetadataRecord,
  ConsumerGroupMetadataRecord,
  ConsumerGroupPartitionMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
  ConsumerGroupTargetAssignmentMetadataRecord,
  consumerOffsets,
  coordinatorRecordType,
  decodeCoordinatorRecord,
  encodeCoordinatorKey,
  encodeCoordinatorValue,
  GroupMetadataRecord,
  type GroupMetadataValue,
  LegacyOffsetCommitRecord,
  OffsetCommitRecord,
  ShareGroupMetadataRecord,
  StreamsGroupMetadataRecord,
  type Input,
  type KeyValueRecord,
  type ValueOf,
  zeroUuid,
  type Int64,
} from '@sluice/wire'
import type { RecordBytes } from '../pending-appends.ts'
import type { RecordCodec } from '../runtime.ts'
import { type ConsumerRecord, consumerRecords } from './consumer/consumer-records.ts'
import type { OffsetAndMetadata } from './offsets/offset-and-metadata.ts'

export type GroupMetadata = ValueOf<typeof GroupMetadataValue>

export interface OffsetKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** A kind of group that is not served yet, met in a log that Apache Kafka has written. */
export type UnservedGroupType = 'share' | 'streams'

/** The records of `__consumer_offsets` that groups live in; a null value is a tombstone. */
export type GroupRecord =
  | ConsumerRecord
  | { readonly type: 'offset-commit'; readonly key: OffsetKey; readonly value: OffsetAndMetadata | null }
  | { readonly type: 'group-metadata'; readonly groupId: string; readonly value: GroupMetadata | null }
  | {
      readonly type: 'unserved-group'
      readonly groupId: string
      readonly groupType: UnservedGroupType
      readonly exists: boolean
    }

/** Apache Kafka 4.4.0 writes these, though both values are valid up to version 4 (on-disk.md). */
const groupMetadataVersion = 3
const offsetCommitVersion = 4
/** The only version with an expiry time of its own; OffsetCommit v2 to v4 can ask for one. */
const expiringOffsetCommitVersion = 1

export function offsetCommitRecord(key: OffsetKey, value: OffsetAndMetadata | null): GroupRecord {
  return { type: 'offset-commit', key, value }
}

export function groupTombstone(groupId: string): GroupRecord {
  return { type: 'group-metadata', groupId, value: null }
}

/** A group without members: a new one (generation 0), or one that the last member has left. */
export function emptyGroupRecord(
  groupId: string,
  protocolType: string | null,
  generation: number,
  nowMs: number,
): GroupRecord {
  const value: GroupMetadata = {
    protocolType: protocolType ?? '',
    generation,
    protocol: null,
    leader: null,
    currentStateTimestamp: nowMs,
    members: [],
  }
  return { type: 'group-metadata', groupId, value }
}

export const groupRecordCodec: RecordCodec<GroupRecord> = {
  encode(record) {
    switch (record.type) {
      case 'offset-commit':
        return {
          key: encodeCoordinatorKey(OffsetCommitRecord, record.key),
          value: record.value && encodeOffset(record.value),
        }
      case 'group-metadata':
        return {
          key: encodeCoordinatorKey(GroupMetadataRecord, { group: record.groupId }),
          value:
            record.value && encodeCoordinatorValue(GroupMetadataRecord, groupMetadataVersion, record.value),
        }
      case 'unserved-group':
        throw new AssertionFailure(`${record.groupType} groups are not written`)
      default:
        return encodeConsumerRecord(record)
    }
  },
  decode(key, value) {
    // Types that are newer than we are: Apache Kafka skips them too.
    if (!consumerOffsets.byType.has(coordinatorRecordType(key))) return null
    return recordOf(decodeCoordinatorRecord(consumerOffsets, key, value))
  },
}

/** Apache Kafka 4.4.0 knows of no other version. */
const consumerRecordVersion = 0

function encodeConsumerRecord(record: ConsumerRecord): RecordBytes {
  const { groupId } = record
  switch (record.type) {
    case 'consumer-group':
      return encoded(ConsumerGroupMetadataRecord, { groupId }, record.value)
    case 'consumer-partition-metadata':
      return encoded(ConsumerGroupPartitionMetadataRecord, { groupId }, null)
    case 'consumer-member':
      return encoded(ConsumerGroupMemberMetadataRecord, { groupId, memberId: record.memberId }, record.value)
    case 'consumer-target-metadata':
      return encoded(ConsumerGroupTargetAssignmentMetadataRecord, { groupId }, record.value)
    case 'consumer-target': {
      const key = { groupId, memberId: record.memberId }
      return encoded(ConsumerGroupTargetAssignmentMemberRecord, key, record.value)
    }
    case 'consumer-current-assignment': {
      const key = { groupId, memberId: record.memberId }
      return encoded(ConsumerGroupCurrentMemberAssignmentRecord, key, record.value)
    }
    case 'consumer-regex': {
      const key = { groupId, regularExpression: record.regex }
      return encoded(ConsumerGroupRegularExpressionRecord, key, record.value)
    }
  }
}

function encoded<K, V>(
  record: KeyValueRecord<number, K, V>,
  key: Input<K>,
  value: Input<V> | null,
): RecordBytes {
  return {
    key: encodeCoordinatorKey(record, key),
    value: value && encodeCoordinatorValue(record, consumerRecordVersion, value),
  }
}

function encodeOffset(value: OffsetAndMetadata): Buffer {
  const { offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs, topicId } = value
  if (expireTimestampMs === null)
    return encodeCoordinatorValue(OffsetCommitRecord, offsetCommitVersion, {
      offset,
      leaderEpoch,
      metadata,
      commitTimestamp: commitTimestampMs,
      topicId,
    })
  return encodeCoordinatorValue(OffsetCommitRecord, expiringOffsetCommitVersion, {
    offset,
    metadata,
    commitTimestamp: commitTimestampMs,
    expireTimestamp: expireTimestampMs,
  })
}

function recordOf(record: ReturnType<typeof decodeConsumerOffsets>): GroupRecord | null {
  const exists = record.value !== null
  switch (record.type) {
    case LegacyOffsetCommitRecord.recordType:
      return offsetCommitRecord(
        record.key,
        record.value &&
          offsetOf({ ...record.value, leaderEpoch: -1, expireTimestamp: -1, topicId: zeroUuid }),
      )
    case OffsetCommitRecord.recordType:
      return offsetCommitRecord(record.key, record.value && offsetOf(record.value))
    case GroupMetadataRecord.recordType:
      return { type: 'group-metadata', groupId: record.key.group, value: record.value }
    case ConsumerGroupMetadataRecord.recordType:
      return consumerRecords.group(record.key.groupId, record.value)
    case ConsumerGroupPartitionMetadataRecord.recordType:
      return { type: 'consumer-partition-metadata', groupId: record.key.groupId, exists }
    case ConsumerGroupMemberMetadataRecord.recordType:
      return consumerRecords.member(record.key.groupId, record.key.memberId, record.value)
    case ConsumerGroupTargetAssignmentMetadataRecord.recordType:
      return consumerRecords.targetMetadata(record.key.groupId, record.value)
    case ConsumerGroupTargetAssignmentMemberRecord.recordType:
      return { type: 'consumer-target', ...record.key, value: record.value }
    case ConsumerGroupCurrentMemberAssignmentRecord.recordType:
      return consumerRecords.currentAssignment(record.key.groupId, record.key.memberId, record.value)
    case ConsumerGroupRegularExpressionRecord.recordType:
      return consumerRecords.regex(record.key.groupId, record.key.regularExpression, record.value)
    case ShareGroupMetadataRecord.recordType:
      return { type: 'unserved-group', groupId: record.key.groupId, groupType: 'share', exists }
    case StreamsGroupMetadataRecord.recordType:
      return { type: 'unserved-group', groupId: record.key.groupId, groupType: 'streams', exists }
    default:
      return null
  }
}

const decodeConsumerOffsets = (key: Buffer, value: Buffer | null) =>
  decodeCoordinatorRecord(consumerOffsets, key, value)

function offsetOf(value: {
  offset: Int64
  leaderEpoch: number
  metadata: string
  commitTimestamp: Int64
  expireTimestamp: Int64
  topicId: string
}): OffsetAndMetadata {
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: value.expireTimestamp === -1 ? null : value.expireTimestamp,
    topicId: value.topicId,
  }
}
