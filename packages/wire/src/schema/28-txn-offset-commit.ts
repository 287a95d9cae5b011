import { api, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const TxnOffsetCommit = api(28, 'TxnOffsetCommit', {
  listeners: ['broker'],
  request: message('TxnOffsetCommitRequest', { versions: '0-6', flexible: '3+' }, () => [
    field('transactionalId', string, '0+', { entityType: 'transactionalId' }),
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('producerId', int64, '0+', { entityType: 'producerId' }),
    field('producerEpoch', int16, '0+'),
    field('generationIdOrMemberEpoch', int32, '3+', { default: -1 }),
    field('memberId', string, '3+', { default: '' }),
    field('groupInstanceId', string, '3+', { nullable: '3+', default: null }),
    structArray('topics', 'TxnOffsetCommitRequestTopic', '0+', [
      field('name', string, '0-5', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '6+', { ignorable: true }),
      structArray('partitions', 'TxnOffsetCommitRequestPartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('committedOffset', int64, '0+'),
        field('committedLeaderEpoch', int32, '2+', { default: -1, ignorable: true }),
        field('committedMetadata', string, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
  response: message('TxnOffsetCommitResponse', { versions: '0-6', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('topics', 'TxnOffsetCommitResponseTopic', '0+', [
      field('name', string, '0-5', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '6+', { ignorable: true }),
      structArray('partitions', 'TxnOffsetCommitResponsePartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
      ]),
    ]),
  ]),
})
