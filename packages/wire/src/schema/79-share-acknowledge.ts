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
  structField,
  uuid,
} from './language.ts'

export const ShareAcknowledge = api(79, 'ShareAcknowledge', {
  listeners: ['broker'],
  request: message('ShareAcknowledgeRequest', { versions: '1-2', flexible: '0+' }, () => [
    field('groupId', string, '0+', { nullable: '0+', default: null, entityType: 'groupId' }),
    field('memberId', string, '0+', { nullable: '0+' }),
    field('shareSessionEpoch', int32, '0+'),
    field('isRenewAck', bool, '2+', { default: false }),
    structArray('topics', 'AcknowledgeTopic', '0+', [
      field('topicId', uuid, '0+', { mapKey: true }),
      structArray('partitions', 'AcknowledgePartition', '0+', [
        field('partitionIndex', int32, '0+', { mapKey: true }),
        structArray('acknowledgementBatches', 'AcknowledgementBatch', '0+', [
          field('firstOffset', int64, '0+'),
          field('lastOffset', int64, '0+'),
          field('acknowledgeTypes', array(int8), '0+'),
        ]),
      ]),
    ]),
  ]),
  response: message('ShareAcknowledgeResponse', { versions: '1-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    field('acquisitionLockTimeoutMs', int32, '2+', { ignorable: true }),
    structArray('responses', 'ShareAcknowledgeTopicResponse', '0+', [
      field('topicId', uuid, '0+', { mapKey: true }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        structField('currentLeader', 'LeaderIdAndEpoch', '0+', [
          field('leaderId', int32, '0+'),
          field('leaderEpoch', int32, '0+'),
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
