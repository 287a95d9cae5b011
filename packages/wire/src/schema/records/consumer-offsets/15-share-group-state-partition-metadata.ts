import { array, field, int32, keyValueRecord, message, string, struct, uuid } from '../../language.ts'

const topicPartitionsInfo = struct('TopicPartitionsInfo', [
  field('topicId', uuid, '0+'),
  field('topicName', string, '0+'),
  field('partitions', array(int32), '0+'),
])

const topicInfo = struct('TopicInfo', [field('topicId', uuid, '0+'), field('topicName', string, '0+')])

export const ShareGroupStatePartitionMetadataKey = message(
  'ShareGroupStatePartitionMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const ShareGroupStatePartitionMetadataValue = message(
  'ShareGroupStatePartitionMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('initializingTopics', array(topicPartitionsInfo), '0+'),
    field('initializedTopics', array(topicPartitionsInfo), '0+'),
    field('deletingTopics', array(topicInfo), '0+'),
  ],
)

export const ShareGroupStatePartitionMetadataRecord = keyValueRecord(
  15,
  'ShareGroupStatePartitionMetadata',
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
)
