import { api, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const DeleteRecords = api(21, 'DeleteRecords', {
  listeners: ['broker'],
  request: message('DeleteRecordsRequest', { versions: '0-2', flexible: '2+' }, () => [
    structArray('topics', 'DeleteRecordsTopic', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'DeleteRecordsPartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('offset', int64, '0+'),
      ]),
    ]),
    field('timeoutMs', int32, '0+'),
  ]),
  response: message('DeleteRecordsResponse', { versions: '0-2', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('topics', 'DeleteRecordsTopicResult', '0+', [
      field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
      structArray('partitions', 'DeleteRecordsPartitionResult', '0+', [
        field('partitionIndex', int32, '0+', { mapKey: true }),
        field('lowWatermark', int64, '0+'),
        field('errorCode', int16, '0+'),
      ]),
    ]),
  ]),
})
