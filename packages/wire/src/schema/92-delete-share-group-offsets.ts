import { api, field, int16, int32, message, string, structArray, uuid } from './language.ts'

export const DeleteShareGroupOffsets = api(92, 'DeleteShareGroupOffsets', {
  listeners: ['broker'],
  request: message('DeleteShareGroupOffsetsRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    structArray('topics', 'DeleteShareGroupOffsetsRequestTopic', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
    ]),
  ]),
  response: message('DeleteShareGroupOffsetsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    structArray('responses', 'DeleteShareGroupOffsetsResponseTopic', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      field('topicId', uuid, '0+'),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    ]),
  ]),
})
