import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  message,
  string,
  struct,
  structArray,
  uuid,
} from './language.ts'

const topicPartitions = struct('TopicPartitions', [
  field('topicId', uuid, '0+'),
  field('topicName', string, '0+', { entityType: 'topicName' }),
  field('partitions', array(int32), '0+'),
])

const assignment = struct('Assignment', [field('topicPartitions', array(topicPartitions), '0+')])

export const ShareGroupDescribe = api(77, 'ShareGroupDescribe', {
  listeners: ['broker'],
  request: message('ShareGroupDescribeRequest', { versions: '1', flexible: '0+' }, () => [
    field('groupIds', array(string), '0+', { entityType: 'groupId' }),
    field('includeAuthorizedOperations', bool, '0+'),
  ]),
  response: message('ShareGroupDescribeResponse', { versions: '1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('groups', 'DescribedGroup', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      field('groupId', string, '0+', { entityType: 'groupId' }),
      field('groupState', string, '0+'),
      field('groupEpoch', int32, '0+'),
      field('assignmentEpoch', int32, '0+'),
      field('assignorName', string, '0+'),
      structArray('members', 'Member', '0+', [
        field('memberId', string, '0+'),
        field('rackId', string, '0+', { nullable: '0+', default: null }),
        field('memberEpoch', int32, '0+'),
        field('clientId', string, '0+'),
        field('clientHost', string, '0+'),
        field('subscribedTopicNames', array(string), '0+', { entityType: 'topicName' }),
        field('assignment', assignment, '0+'),
      ]),
      field('authorizedOperations', int32, '0+', { default: -2147483648 }),
    ]),
  ]),
})
