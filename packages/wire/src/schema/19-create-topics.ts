import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  int8,
  message,
  string,
  structArray,
  uuid,
} from './language.ts'

export const CreateTopics = api(19, 'CreateTopics', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('CreateTopicsRequest', { versions: '2-7', flexible: '5+' }, () => [
    structArray('topics', 'CreatableTopic', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('numPartitions', int32, '0+'),
      field('replicationFactor', int16, '0+'),
      structArray('assignments', 'CreatableReplicaAssignment', '0+', [
        field('partitionIndex', int32, '0+', { mapKey: true }),
        field('brokerIds', array(int32), '0+', { entityType: 'brokerId' }),
      ]),
      structArray('configs', 'CreatableTopicConfig', '0+', [
        field('name', string, '0+', { mapKey: true }),
        field('value', string, '0+', { nullable: '0+' }),
      ]),
    ]),
    field('timeoutMs', int32, '0+', { default: 60000 }),
    field('validateOnly', bool, '1+', { default: false }),
  ]),
  response: message('CreateTopicsResponse', { versions: '2-7', flexible: '5+' }, () => [
    field('throttleTimeMs', int32, '2+', { ignorable: true }),
    structArray('topics', 'CreatableTopicResult', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '7+', { ignorable: true }),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '1+', { nullable: '0+', ignorable: true }),
      field('topicConfigErrorCode', int16, '5+', { ignorable: true, tagged: '5+', tag: 0 }),
      field('numPartitions', int32, '5+', { default: -1, ignorable: true }),
      field('replicationFactor', int16, '5+', { default: -1, ignorable: true }),
      structArray('configs', 'CreatableTopicConfigs', '5+', { nullable: '5+', ignorable: true }, [
        field('name', string, '5+'),
        field('value', string, '5+', { nullable: '5+' }),
        field('readOnly', bool, '5+'),
        field('configSource', int8, '5+', { default: -1, ignorable: true }),
        field('isSensitive', bool, '5+'),
      ]),
    ]),
  ]),
})
