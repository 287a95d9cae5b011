import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  int64,
  message,
  string,
  structArray,
  uuid,
} from './language.ts'

export const OffsetFetch = api(9, 'OffsetFetch', {
  listeners: ['broker'],
  request: message('OffsetFetchRequest', { versions: '1-10', flexible: '6+' }, () => [
    field('groupId', string, '0-7', { entityType: 'groupId' }),
    structArray('topics', 'OffsetFetchRequestTopic', '0-7', { nullable: '2-7' }, [
      field('name', string, '0-7', { entityType: 'topicName' }),
      field('partitionIndexes', array(int32), '0-7'),
    ]),
    structArray('groups', 'OffsetFetchRequestGroup', '8+', [
      field('groupId', string, '8+', { entityType: 'groupId' }),
      field('memberId', string, '9+', { nullable: '9+', default: null, ignorable: true }),
      field('memberEpoch', int32, '9+', { default: -1, ignorable: true }),
      structArray('topics', 'OffsetFetchRequestTopics', '8+', { nullable: '8+' }, [
        field('name', string, '8-9', { ignorable: true, entityType: 'topicName' }),
        field('topicId', uuid, '10+', { ignorable: true }),
        field('partitionIndexes', array(int32), '8+'),
      ]),
    ]),
    field('requireStable', bool, '7+', { default: false }),
  ]),
  response: message('OffsetFetchResponse', { versions: '1-10', flexible: '6+' }, () => [
    field('throttleTimeMs', int32, '3+', { ignorable: true }),
    structArray('topics', 'OffsetFetchResponseTopic', '0-7', [
      field('name', string, '0-7', { entityType: 'topicName' }),
      structArray('partitions', 'OffsetFetchResponsePartition', '0-7', [
        field('partitionIndex', int32, '0-7'),
        field('committedOffset', int64, '0-7'),
        field('committedLeaderEpoch', int32, '5-7', { default: -1, ignorable: true }),
        field('metadata', string, '0-7', { nullable: '0-7' }),
        field('errorCode', int16, '0-7'),
      ]),
    ]),
    field('errorCode', int16, '2-7', { default: 0, ignorable: true }),
    structArray('groups', 'OffsetFetchResponseGroup', '8+', [
      field('groupId', string, '8+', { entityType: 'groupId' }),
      structArray('topics', 'OffsetFetchResponseTopics', '8+', [
        field('name', string, '8-9', { ignorable: true, entityType: 'topicName' }),
        field('topicId', uuid, '10+', { ignorable: true }),
        structArray('partitions', 'OffsetFetchResponsePartitions', '8+', [
          field('partitionIndex', int32, '8+'),
          field('committedOffset', int64, '8+'),
          field('committedLeaderEpoch', int32, '8+', { default: -1, ignorable: true }),
          field('metadata', string, '8+', { nullable: '8+' }),
          field('errorCode', int16, '8+'),
        ]),
      ]),
      field('errorCode', int16, '8+', { default: 0 }),
    ]),
  ]),
})
