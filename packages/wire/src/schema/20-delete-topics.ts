import { api, array, field, int16, int32, message, string, structArray, uuid } from './language.ts'

export const DeleteTopics = api(20, 'DeleteTopics', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('DeleteTopicsRequest', { versions: '1-6', flexible: '4+' }, () => [
    structArray('topics', 'DeleteTopicState', '6+', [
      field('name', string, '6+', { nullable: '6+', default: null, entityType: 'topicName' }),
      field('topicId', uuid, '6+'),
    ]),
    field('topicNames', array(string), '0-5', { ignorable: true, entityType: 'topicName' }),
    field('timeoutMs', int32, '0+'),
  ]),
  response: message('DeleteTopicsResponse', { versions: '1-6', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    structArray('responses', 'DeletableTopicResult', '0+', [
      field('name', string, '0+', { nullable: '6+', mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '6+', { ignorable: true }),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    ]),
  ]),
})
