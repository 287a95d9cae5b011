import { api, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const OffsetForLeaderEpoch = api(23, 'OffsetForLeaderEpoch', {
  listeners: ['broker'],
  request: message('OffsetForLeaderEpochRequest', { versions: '2-4', flexible: '4+' }, () => [
    field('replicaId', int32, '3+', { default: -2, ignorable: true, entityType: 'brokerId' }),
    structArray('topics', 'OffsetForLeaderTopic', '0+', [
      field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'OffsetForLeaderPartition', '0+', [
        field('partition', int32, '0+'),
        field('currentLeaderEpoch', int32, '2+', { default: -1, ignorable: true }),
        field('leaderEpoch', int32, '0+'),
      ]),
    ]),
  ]),
  response: message('OffsetForLeaderEpochResponse', { versions: '2-4', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '2+', { ignorable: true }),
    structArray('topics', 'OffsetForLeaderTopicResult', '0+', [
      field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'EpochEndOffset', '0+', [
        field('errorCode', int16, '0+'),
        field('partition', int32, '0+'),
        field('leaderEpoch', int32, '1+', { default: -1, ignorable: true }),
        field('endOffset', int64, '0+', { default: -1 }),
      ]),
    ]),
  ]),
})
