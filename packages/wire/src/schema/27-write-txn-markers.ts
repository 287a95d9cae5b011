import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  int64,
  int8,
  message,
  string,
  structArray,
} from './language.ts'

export const WriteTxnMarkers = api(27, 'WriteTxnMarkers', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('WriteTxnMarkersRequest', { versions: '1-2', flexible: '1+' }, () => [
    structArray('markers', 'WritableTxnMarker', '0+', [
      field('producerId', int64, '0+', { entityType: 'producerId' }),
      field('producerEpoch', int16, '0+'),
      field('transactionResult', bool, '0+'),
      structArray('topics', 'WritableTxnMarkerTopic', '0+', [
        field('name', string, '0+', { entityType: 'topicName' }),
        field('partitionIndexes', array(int32), '0+'),
      ]),
      field('coordinatorEpoch', int32, '0+'),
      field('transactionVersion', int8, '2+', { default: 0, ignorable: true }),
    ]),
  ]),
  response: message('WriteTxnMarkersResponse', { versions: '1-2', flexible: '1+' }, () => [
    structArray('markers', 'WritableTxnMarkerResult', '0+', [
      field('producerId', int64, '0+', { entityType: 'producerId' }),
      structArray('topics', 'WritableTxnMarkerTopicResult', '0+', [
        field('name', string, '0+', { entityType: 'topicName' }),
        structArray('partitions', 'WritableTxnMarkerPartitionResult', '0+', [
          field('partitionIndex', int32, '0+'),
          field('errorCode', int16, '0+'),
        ]),
      ]),
    ]),
  ]),
})
