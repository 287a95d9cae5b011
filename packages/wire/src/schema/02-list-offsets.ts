import { api, field, int16, int32, int64, int8, message, string, structArray } from './language.ts'

export const ListOffsets = api(2, 'ListOffsets', {
  listeners: ['broker'],
  request: message('ListOffsetsRequest', { versions: '1-11', flexible: '6+' }, () => [
    field('replicaId', int32, '0+', { entityType: 'brokerId' }),
    field('isolationLevel', int8, '2+'),
    structArray('topics', 'ListOffsetsTopic', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'ListOffsetsPartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('currentLeaderEpoch', int32, '4+', { default: -1, ignorable: true }),
        field('timestamp', int64, '0+'),
      ]),
    ]),
    field('timeoutMs', int32, '10+', { ignorable: true }),
  ]),
  response: message('ListOffsetsResponse', { versions: '1-11', flexible: '6+' }, () => [
    field('throttleTimeMs', int32, '2+', { ignorable: true }),
    structArray('topics', 'ListOffsetsTopicResponse', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'ListOffsetsPartitionResponse', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('timestamp', int64, '1+', { default: -1 }),
        field('offset', int64, '1+', { default: -1 }),
        field('leaderEpoch', int32, '4+', { default: -1 }),
      ]),
    ]),
  ]),
})
