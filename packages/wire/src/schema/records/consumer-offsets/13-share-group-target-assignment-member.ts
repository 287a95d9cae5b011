import { array, field, int32, keyValueRecord, message, string, structArray, uuid } from '../../language.ts'

export const ShareGroupTargetAssignmentMemberKey = message(
  'ShareGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const ShareGroupTargetAssignmentMemberValue = message(
  'ShareGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  () => [
    structArray('topicPartitions', 'TopicPartition', '0+', [
      field('topicId', uuid, '0+'),
      field('partitions', array(int32), '0+'),
    ]),
  ],
)

export const ShareGroupTargetAssignmentMemberRecord = keyValueRecord(
  13,
  'ShareGroupTargetAssignmentMember',
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
)
