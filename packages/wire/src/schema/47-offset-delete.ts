import { api, field, int16, int32, message, string, structArray } from './language.ts'

export const OffsetDelete = api(47, 'OffsetDelete', {
  listeners: ['broker'],
  request: message('OffsetDeleteRequest', { versions: '0', flexible: 'none' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    structArray('topics', 'OffsetDeleteRequestTopic', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'OffsetDeleteRequestPartition', '0+', [field('partitionIndex', int32, '0+')]),
    ]),
  ]),
  response: message('OffsetDeleteResponse', { versions: '0', flexible: 'none' }, () => [
    field('errorCode', int16, '0+'),
    field('throttleTimeMs', int32, '0+', { ignorable: true }),
    structArray('topics', 'OffsetDeleteResponseTopic', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'OffsetDeleteResponsePartition', '0+', [
        field('partitionIndex', int32, '0+', { mapKey: true }),
        field('errorCode', int16, '0+'),
      ]),
    ]),
  ]),
})
