import { api, array, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const DescribeShareGroupOffsets = api(90, 'DescribeShareGroupOffsets', {
  listeners: ['broker'],
  request: message('DescribeShareGroupOffsetsRequest', { versions: '0-1', flexible: '0+' }, () => [
    structArray('groups', 'DescribeShareGroupOffsetsRequestGroup', '0+', [
      field('groupId', string, '0+', { entityType: 'groupId' }),
      structArray('topics', 'DescribeShareGroupOffsetsRequestTopic', '0+', { nullable: '0+' }, [
        field('topicName', string, '0+', { entityType: 'topicName' }),
        field('partitions', array(int32), '0+'),
      ]),
    ]),
  ]),
  response: message('DescribeShareGroupOffsetsResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('groups', 'DescribeShareGroupOffsetsResponseGroup', '0+', [
      field('groupId', string, '0+', { entityType: 'groupId' }),
      structArray('topics', 'DescribeShareGroupOffsetsResponseTopic', '0+', [
        field('topicName', string, '0+', { entityType: 'topicName' }),
        field('topicId', uuid, '0+'),
        structArray('partitions', 'DescribeShareGroupOffsetsResponsePartition', '0+', [
          field('partitionIndex', int32, '0+'),
          field('startOffset', int64, '0+'),
          field('leaderEpoch', int32, '0+'),
          field('lag', int64, '1+', { default: -1, ignorable: true }),
          field('errorCode', int16, '0+'),
          field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        ]),
      ]),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    ]),
  ]),
})
