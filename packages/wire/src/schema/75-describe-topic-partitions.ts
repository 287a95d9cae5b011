import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  message,
  string,
  structArray,
  structField,
  uuid,
} from './language.ts'

export const DescribeTopicPartitions = api(75, 'DescribeTopicPartitions', {
  listeners: ['broker'],
  request: message('DescribeTopicPartitionsRequest', { versions: '0', flexible: '0+' }, () => [
    structArray('topics', 'TopicRequest', '0+', [field('name', string, '0+', { entityType: 'topicName' })]),
    field('responsePartitionLimit', int32, '0+', { default: 2000 }),
    structField('cursor', 'Cursor', '0+', { nullable: '0+', default: null }, [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      field('partitionIndex', int32, '0+'),
    ]),
  ]),
  response: message('DescribeTopicPartitionsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+', { ignorable: true }),
    structArray('topics', 'DescribeTopicPartitionsResponseTopic', '0+', [
      field('errorCode', int16, '0+'),
      field('name', string, '0+', { nullable: '0+', mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '0+', { ignorable: true }),
      field('isInternal', bool, '0+', { default: false, ignorable: true }),
      structArray('partitions', 'DescribeTopicPartitionsResponsePartition', '0+', [
        field('errorCode', int16, '0+'),
        field('partitionIndex', int32, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+', { default: -1, ignorable: true }),
        field('replicaNodes', array(int32), '0+', { entityType: 'brokerId' }),
        field('isrNodes', array(int32), '0+', { entityType: 'brokerId' }),
        field('eligibleLeaderReplicas', array(int32), '0+', {
          nullable: '0+',
          default: null,
          entityType: 'brokerId',
        }),
        field('lastKnownElr', array(int32), '0+', { nullable: '0+', default: null, entityType: 'brokerId' }),
        field('offlineReplicas', array(int32), '0+', { ignorable: true, entityType: 'brokerId' }),
      ]),
      field('topicAuthorizedOperations', int32, '0+', { default: -2147483648 }),
    ]),
    structField('nextCursor', 'Cursor', '0+', { nullable: '0+', default: null }, [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      field('partitionIndex', int32, '0+'),
    ]),
  ]),
})
