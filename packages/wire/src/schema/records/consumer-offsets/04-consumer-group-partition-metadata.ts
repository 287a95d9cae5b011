import { array, field, int32, keyValueRecord, message, string, structArray, uuid } from '../../language.ts'

export const ConsumerGroupPartitionMetadataKey = message(
  'ConsumerGroupPartitionMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const ConsumerGroupPartitionMetadataValue = message(
  'ConsumerGroupPartitionMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    structArray('topics', 'TopicMetadata', '0+', [
      field('topicId', uuid, '0+'),
      field('topicName', string, '0+'),
      field('numPartitions', int32, '0+'),
      structArray('partitionMetadata', 'PartitionMetadata', '0+', [
        field('partition', int32, '0+'),
        field('racks', array(string), '0+'),
      ]),
    ]),
  ],
)

export const ConsumerGroupPartitionMetadataRecord = keyValueRecord(
  4,
  'ConsumerGroupPartitionMetadata',
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
)
