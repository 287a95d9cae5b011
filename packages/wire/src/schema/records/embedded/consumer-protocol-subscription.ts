import { array, bytes, field, int32, message, string, structArray } from '../../language.ts'

export const ConsumerProtocolSubscription = message(
  'ConsumerProtocolSubscription',
  { versions: '0-3', flexible: 'none' },
  () => [
    field('topics', array(string), '0+'),
    field('userData', bytes, '0+', { nullable: '0+', default: null, zeroCopy: true }),
    structArray('ownedPartitions', 'TopicPartition', '1+', { ignorable: true }, [
      field('topic', string, '1+', { mapKey: true, entityType: 'topicName' }),
      field('partitions', array(int32), '1+'),
    ]),
    field('generationId', int32, '2+', { default: -1, ignorable: true }),
    field('rackId', string, '3+', { nullable: '3+', default: null, ignorable: true }),
  ],
)
