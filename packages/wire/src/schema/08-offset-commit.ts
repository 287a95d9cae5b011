import { api, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const OffsetCommit = api(8, 'OffsetCommit', {
  listeners: ['broker'],
  request: message('OffsetCommitRequest', { versions: '2-10', flexible: '8+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('generationIdOrMemberEpoch', int32, '1+', { default: -1, ignorable: true }),
    field('memberId', string, '1+', { ignorable: true }),
    field('groupInstanceId', string, '7+', { nullable: '7+', default: null }),
    field('retentionTimeMs', int64, '2-4', { default: -1, ignorable: true }),
    structArray('topics', 'OffsetCommitRequestTopic', '0+', [
      field('name', string, '0-9', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '10+', { ignorable: true }),
      structArray('partitions', 'OffsetCommitRequestPartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('committedOffset', int64, '0+'),
        field('committedLeaderEpoch', int32, '6+', { default: -1, ignorable: true }),
        field('committedMetadata', string, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
  response: message('OffsetCommitResponse', { versions: '2-10', flexible: '8+' }, () => [
    field('throttleTimeMs', int32, '3+', { ignorable: true }),
    structArray('topics', 'OffsetCommitResponseTopic', '0+', [
      field('name', string, '0-9', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '10+', { ignorable: true }),
      structArray('partitions', 'OffsetCommitResponsePartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
      ]),
    ]),
  ]),
})
