import { array, bytes, field, int32, message, string, structArray } from '../../language.ts'

export const ConsumerProtocolAssignment = message(
  'ConsumerProtocolAssignment',
  { versions: '0-3', flexible: 'none' },
  () => [
    structArray('assignedPartitions', 'TopicPartition', '0+', [
      field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('partitions', array(int32), '0+'),
    ]),
    field('userData', bytes, '0+', { nullable: '0+', default: null, zeroCopy: true }),
  ],
)
