import { api, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const AlterShareGroupOffsets = api(91, 'AlterShareGroupOffsets', {
  listeners: ['broker'],
  request: message('AlterShareGroupOffsetsRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    structArray('topics', 'AlterShareGroupOffsetsRequestTopic', '0+', [
      field('topicName', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'AlterShareGroupOffsetsRequestPartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('startOffset', int64, '0+'),
      ]),
    ]),
  ]),
  response: message('AlterShareGroupOffsetsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    structArray('responses', 'AlterShareGroupOffsetsResponseTopic', '0+', [
      field('topicName', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '0+'),
      structArray('partitions', 'AlterShareGroupOffsetsResponsePartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      ]),
    ]),
  ]),
})
