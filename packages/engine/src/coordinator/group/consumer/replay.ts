import type { Groups } from '../groups.ts'
import { assignmentOf } from './assignment.ts'
import type { ConsumerRecord } from './consumer-records.ts'

/** A record of the consumer protocol. What a tombstone names may be gone already: a compacted log keeps tombstones. */
export function replayConsumerRecord(
  groups: Pick<Groups, 'consumer' | 'createConsumer' | 'delete'>,
  record: ConsumerRecord,
): void {
  const { groupId } = record
  const exists = record.type === 'consumer-partition-metadata' ? record.exists : record.value !== null
  const group = exists ? groups.createConsumer(groupId) : groups.consumer(groupId)
  if (!group) return
  switch (record.type) {
    case 'consumer-group':
      if (record.value === null) return groups.delete(groupId)
      group.epoch = record.value.epoch
      group.metadataHash = record.value.metadataHash
      return
    case 'consumer-partition-metadata':
      group.hasPartitionMetadata = record.exists
      return
    case 'consumer-member':
      return group.replayMember(record.memberId, record.value)
    case 'consumer-target-metadata':
      return group.replayTargetMetadata(record.value)
    case 'consumer-target':
      return group.replayTarget(record.memberId, record.value && assignmentOf(record.value.topicPartitions))
    case 'consumer-current-assignment':
      return group.replayCurrentAssignment(record.memberId, record.value)
    case 'consumer-regex':
      return group.replayRegex(record.regex, record.value)
  }
}
