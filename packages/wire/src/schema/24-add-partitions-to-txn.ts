import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  int64,
  message,
  string,
  struct,
  structArray,
} from './language.ts'

const addPartitionsToTxnTopic = struct('AddPartitionsToTxnTopic', [
  field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
  field('partitions', array(int32), '0+'),
])

const addPartitionsToTxnPartitionResult = struct('AddPartitionsToTxnPartitionResult', [
  field('partitionIndex', int32, '0+', { mapKey: true }),
  field('partitionErrorCode', int16, '0+'),
])

const addPartitionsToTxnTopicResult = struct('AddPartitionsToTxnTopicResult', [
  field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
  field('resultsByPartition', array(addPartitionsToTxnPartitionResult), '0+'),
])

export const AddPartitionsToTxn = api(24, 'AddPartitionsToTxn', {
  listeners: ['broker'],
  request: message('AddPartitionsToTxnRequest', { versions: '0-5', flexible: '3+' }, () => [
    structArray('transactions', 'AddPartitionsToTxnTransaction', '4+', [
      field('transactionalId', string, '4+', { mapKey: true, entityType: 'transactionalId' }),
      field('producerId', int64, '4+', { entityType: 'producerId' }),
      field('producerEpoch', int16, '4+'),
      field('verifyOnly', bool, '4+', { default: false }),
      field('topics', array(addPartitionsToTxnTopic), '4+'),
    ]),
    field('v3AndBelowTransactionalId', string, '0-3', { entityType: 'transactionalId' }),
    field('v3AndBelowProducerId', int64, '0-3', { entityType: 'producerId' }),
    field('v3AndBelowProducerEpoch', int16, '0-3'),
    field('v3AndBelowTopics', array(addPartitionsToTxnTopic), '0-3'),
  ]),
  response: message('AddPartitionsToTxnResponse', { versions: '0-5', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '4+', { ignorable: true }),
    structArray('resultsByTransaction', 'AddPartitionsToTxnResult', '4+', [
      field('transactionalId', string, '4+', { mapKey: true, entityType: 'transactionalId' }),
      field('topicResults', array(addPartitionsToTxnTopicResult), '4+'),
    ]),
    field('resultsByTopicV3AndBelow', array(addPartitionsToTxnTopicResult), '0-3'),
  ]),
})
