import {
  api,
  array,
  field,
  int16,
  int32,
  message,
  string,
  struct,
  structArray,
  structField,
  uuid,
} from './language.ts'

const topicPartitions = struct('TopicPartitions', [
  field('topicId', uuid, '0+'),
  field('partitions', array(int32), '0+'),
])

export const ConsumerGroupHeartbeat = api(68, 'ConsumerGroupHeartbeat', {
  listeners: ['broker'],
  request: message('ConsumerGroupHeartbeatRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('memberId', string, '0+'),
    field('memberEpoch', int32, '0+'),
    field('instanceId', string, '0+', { nullable: '0+', default: null }),
    field('rackId', string, '0+', { nullable: '0+', default: null }),
    field('rebalanceTimeoutMs', int32, '0+', { default: -1 }),
    field('subscribedTopicNames', array(string), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'topicName',
    }),
    field('subscribedTopicRegex', string, '1+', { nullable: '1+', default: null }),
    field('serverAssignor', string, '0+', { nullable: '0+', default: null }),
    structArray('topicPartitions', 'TopicPartitions', '0+', { nullable: '0+', default: null }, [
      field('topicId', uuid, '0+'),
      field('partitions', array(int32), '0+'),
    ]),
  ]),
  response: message('ConsumerGroupHeartbeatResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    field('memberId', string, '0+', { nullable: '0+', default: null }),
    field('memberEpoch', int32, '0+'),
    field('heartbeatIntervalMs', int32, '0+'),
    structField('assignment', 'Assignment', '0+', { nullable: '0+', default: null }, [
      field('topicPartitions', array(topicPartitions), '0+'),
    ]),
  ]),
})
