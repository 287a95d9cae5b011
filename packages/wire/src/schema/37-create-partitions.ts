import { api, array, bool, field, int16, int32, message, string, structArray } from './language.ts'

export const CreatePartitions = api(37, 'CreatePartitions', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('CreatePartitionsRequest', { versions: '0-3', flexible: '2+' }, () => [
    structArray('topics', 'CreatePartitionsTopic', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('count', int32, '0+'),
      structArray('assignments', 'CreatePartitionsAssignment', '0+', { nullable: '0+' }, [
        field('brokerIds', array(int32), '0+', { entityType: 'brokerId' }),
      ]),
    ]),
    field('timeoutMs', int32, '0+'),
    field('validateOnly', bool, '0+'),
  ]),
  response: message('CreatePartitionsResponse', { versions: '0-3', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'CreatePartitionsTopicResult', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    ]),
  ]),
})
