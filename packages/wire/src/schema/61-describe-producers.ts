import { api, array, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const DescribeProducers = api(61, 'DescribeProducers', {
  listeners: ['broker'],
  request: message('DescribeProducersRequest', { versions: '0', flexible: '0+' }, () => [
    structArray('topics', 'TopicRequest', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('partitionIndexes', array(int32), '0+'),
    ]),
  ]),
  response: message('DescribeProducersResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('topics', 'TopicResponse', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionResponse', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        structArray('activeProducers', 'ProducerState', '0+', [
          field('producerId', int64, '0+', { entityType: 'producerId' }),
          field('producerEpoch', int32, '0+'),
          field('lastSequence', int32, '0+', { default: -1 }),
          field('lastTimestamp', int64, '0+', { default: -1 }),
          field('coordinatorEpoch', int32, '0+'),
          field('currentTxnStartOffset', int64, '0+', { default: -1 }),
        ]),
      ]),
    ]),
  ]),
})
