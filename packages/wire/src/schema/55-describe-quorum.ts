import {
  api,
  array,
  field,
  int16,
  int32,
  int64,
  message,
  string,
  struct,
  structArray,
  uint16,
  uuid,
} from './language.ts'

const replicaState = struct('ReplicaState', [
  field('replicaId', int32, '0+', { entityType: 'brokerId' }),
  field('replicaDirectoryId', uuid, '2+'),
  field('logEndOffset', int64, '0+'),
  field('lastFetchTimestamp', int64, '1+', { default: -1, ignorable: true }),
  field('lastCaughtUpTimestamp', int64, '1+', { default: -1, ignorable: true }),
])

export const DescribeQuorum = api(55, 'DescribeQuorum', {
  listeners: ['broker', 'controller'],
  clusterAction: true,
  forwardable: true,
  request: message('DescribeQuorumRequest', { versions: '0-2', flexible: '0+' }, () => [
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [field('partitionIndex', int32, '0+')]),
    ]),
  ]),
  response: message('DescribeQuorumResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '2+', { nullable: '2+', ignorable: true }),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '2+', { nullable: '2+', ignorable: true }),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
        field('highWatermark', int64, '0+'),
        field('currentVoters', array(replicaState), '0+'),
        field('observers', array(replicaState), '0+'),
      ]),
    ]),
    structArray('nodes', 'Node', '2+', [
      field('nodeId', int32, '2+', { mapKey: true, entityType: 'brokerId' }),
      structArray('listeners', 'Listener', '2+', [
        field('name', string, '2+', { mapKey: true }),
        field('host', string, '2+'),
        field('port', uint16, '2+'),
      ]),
    ]),
  ]),
})
