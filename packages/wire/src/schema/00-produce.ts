import {
  api,
  field,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  structArray,
  structField,
  uuid,
} from './language.ts'

export const Produce = api(0, 'Produce', {
  listeners: ['broker'],
  request: message('ProduceRequest', { versions: '3-13', flexible: '9+' }, () => [
    field('transactionalId', string, '3+', { nullable: '3+', default: null, entityType: 'transactionalId' }),
    field('acks', int16, '0+'),
    field('timeoutMs', int32, '0+'),
    structArray('topicData', 'TopicProduceData', '0+', [
      field('name', string, '0-12', { ignorable: true, mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '13+', { ignorable: true, mapKey: true }),
      structArray('partitionData', 'PartitionProduceData', '0+', [
        field('index', int32, '0+'),
        field('records', records, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
  response: message('ProduceResponse', { versions: '3-13', flexible: '9+' }, () => [
    structArray('responses', 'TopicProduceResponse', '0+', [
      field('name', string, '0-12', { ignorable: true, mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '13+', { ignorable: true, mapKey: true }),
      structArray('partitionResponses', 'PartitionProduceResponse', '0+', [
        field('index', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('baseOffset', int64, '0+'),
        field('logAppendTimeMs', int64, '2+', { default: -1, ignorable: true }),
        field('logStartOffset', int64, '5+', { default: -1, ignorable: true }),
        structArray('recordErrors', 'BatchIndexAndErrorMessage', '8+', { ignorable: true }, [
          field('batchIndex', int32, '8+'),
          field('batchIndexErrorMessage', string, '8+', { nullable: '8+', default: null }),
        ]),
        field('errorMessage', string, '8+', { nullable: '8+', default: null, ignorable: true }),
        structField('currentLeader', 'LeaderIdAndEpoch', '10+', { tagged: '10+', tag: 0 }, [
          field('leaderId', int32, '10+', { default: -1, entityType: 'brokerId' }),
          field('leaderEpoch', int32, '10+', { default: -1 }),
        ]),
      ]),
    ]),
    field('throttleTimeMs', int32, '1+', { default: 0, ignorable: true }),
    structArray('nodeEndpoints', 'NodeEndpoint', '10+', { tagged: '10+', tag: 0 }, [
      field('nodeId', int32, '10+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '10+'),
      field('port', int32, '10+'),
      field('rack', string, '10+', { nullable: '10+', default: null }),
    ]),
  ]),
})
