import {
  api,
  bool,
  field,
  int16,
  int32,
  int64,
  message,
  string,
  structArray,
  uint16,
  uuid,
} from './language.ts'

export const Vote = api(52, 'Vote', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('VoteRequest', { versions: '0-2', flexible: '0+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+', default: null }),
    field('voterId', int32, '1+', { default: -1, ignorable: true, entityType: 'brokerId' }),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('replicaEpoch', int32, '0+'),
        field('replicaId', int32, '0+', { entityType: 'brokerId' }),
        field('replicaDirectoryId', uuid, '1+', { ignorable: true }),
        field('voterDirectoryId', uuid, '1+', { ignorable: true }),
        field('lastOffsetEpoch', int32, '0+'),
        field('lastOffset', int64, '0+'),
        field('preVote', bool, '2+'),
      ]),
    ]),
  ]),
  response: message('VoteResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('errorCode', int16, '0+'),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
        field('voteGranted', bool, '0+'),
      ]),
    ]),
    structArray('nodeEndpoints', 'NodeEndpoint', '1+', { tagged: '1+', tag: 0 }, [
      field('nodeId', int32, '1+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '1+'),
      field('port', uint16, '1+'),
    ]),
  ]),
})
