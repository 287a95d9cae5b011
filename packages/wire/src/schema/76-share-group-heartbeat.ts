import { api, array, field, int16, int32, message, string, struct, structField, uuid } from './language.ts'

const topicPartitions = struct('TopicPartitions', [
  field('topicId', uuid, '0+'),
  field('partitions', array(int32), '0+'),
])

export const ShareGroupHeartbeat = api(76, 'ShareGroupHeartbeat', {
  listeners: ['broker'],
  request: message('ShareGroupHeartbeatRequest', { versions: '1', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('memberId', string, '0+'),
    field('memberEpoch', int32, '0+'),
    field('rackId', string, '0+', { nullable: '0+', default: null }),
    field('subscribedTopicNames', array(string), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'topicName',
    }),
  ]),
  response: message('ShareGroupHeartbeatResponse', { versions: '1', flexible: '0+' }, () => [
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
