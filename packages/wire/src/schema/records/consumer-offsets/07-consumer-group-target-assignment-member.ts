import { array, field, int32, keyValueRecord, message, string, structArray, uuid } from '../../language.ts'

export const ConsumerGroupTargetAssignmentMemberKey = message(
  'ConsumerGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const ConsumerGroupTargetAssignmentMemberValue = message(
  'ConsumerGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  () => [
    structArray('topicPartitions', 'TopicPartition', '0+', [
      field('topicId', uuid, '0+'),
      field('partitions', array(int32), '0+'),
    ]),
  ],
)

export const ConsumerGroupTargetAssignmentMemberRecord = keyValueRecord(
  7,
  'ConsumerGroupTargetAssignmentMember',
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
)
