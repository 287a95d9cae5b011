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
  records,
  string,
  structArray,
  structField,
  uuid,
} from './language.ts'

export const ShareFetch = api(78, 'ShareFetch', {
  listeners: ['broker'],
  request: message('ShareFetchRequest', { versions: '1-2', flexible: '0+' }, () => [
    field('groupId', string, '0+', { nullable: '0+', default: null, entityType: 'groupId' }),
    field('memberId', string, '0+', { nullable: '0+' }),
    field('shareSessionEpoch', int32, '0+'),
    field('maxWaitMs', int32, '0+'),
    field('minBytes', int32, '0+'),
    field('maxBytes', int32, '0+', { default: 0x7fffffff }),
    field('maxRecords', int32, '1+'),
    field('batchSize', int32, '1+'),
    field('shareAcquireMode', int8, '2+', { default: 0, ignorable: true }),
    field('isRenewAck', bool, '2+', { default: false }),
    structArray('topics', 'FetchTopic', '0+', [
      field('topicId', uuid, '0+', { mapKey: true }),
      structArray('partitions', 'FetchPartition', '0+', [
        field('partitionIndex', int32, '0+', { mapKey: true }),
        field('partitionMaxBytes', int32, '0'),
        structArray('acknowledgementBatches', 'AcknowledgementBatch', '0+', [
          field('firstOffset', int64, '0+'),
          field('lastOffset', int64, '0+'),
          field('acknowledgeTypes', array(int8), '0+'),
        ]),
      ]),
    ]),
    structArray('forgottenTopicsData', 'ForgottenTopic', '0+', [
      field('topicId', uuid, '0+'),
      field('partitions', array(int32), '0+'),
    ]),
  ]),
  response: message('ShareFetchResponse', { versions: '1-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    field('acquisitionLockTimeoutMs', int32, '1+'),
    structArray('responses', 'ShareFetchableTopicResponse', '0+', [
      field('topicId', uuid, '0+', { mapKey: true }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        field('acknowledgeErrorCode', int16, '0+'),
        field('acknowledgeErrorMessage', string, '0+', { nullable: '0+', default: null }),
        structField('currentLeader', 'LeaderIdAndEpoch', '0+', [
          field('leaderId', int32, '0+'),
          field('leaderEpoch', int32, '0+'),
        ]),
        field('records', records, '0+', { nullable: '0' }),
        structArray('acquiredRecords', 'AcquiredRecords', '0+', [
          field('firstOffset', int64, '0+'),
          field('lastOffset', int64, '0+'),
          field('deliveryCount', int16, '0+'),
        ]),
      ]),
    ]),
    structArray('nodeEndpoints', 'NodeEndpoint', '0+', [
      field('nodeId', int32, '0+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '0+'),
      field('port', int32, '0+'),
      field('rack', string, '0+', { nullable: '0+', default: null }),
    ]),
  ]),
})
