import { array, field, int32, int8, keyValueRecord, message, string, struct, uuid } from '../../language.ts'

const topicPartitions = struct('TopicPartitions', [
  field('topicId', uuid, '0+'),
  field('partitions', array(int32), '0+'),
  field('assignmentEpochs', array(int32), '0+', { nullable: '0+', tagged: '0+', tag: 0 }),
])

export const ConsumerGroupCurrentMemberAssignmentKey = message(
  'ConsumerGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const ConsumerGroupCurrentMemberAssignmentValue = message(
  'ConsumerGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('memberEpoch', int32, '0+'),
    field('previousMemberEpoch', int32, '0+'),
    field('state', int8, '0+'),
    field('assignedPartitions', array(topicPartitions), '0+'),
    field('partitionsPendingRevocation', array(topicPartitions), '0+'),
  ],
)

export const ConsumerGroupCurrentMemberAssignmentRecord = keyValueRecord(
  8,
  'ConsumerGroupCurrentMemberAssignment',
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
)
