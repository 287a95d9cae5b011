import { api, array, field, int16, int32, message, string, structArray, uint16, uuid } from './language.ts'

export const EndQuorumEpoch = api(54, 'EndQuorumEpoch', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('EndQuorumEpochRequest', { versions: '0-1', flexible: '1+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+', default: null }),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
        field('preferredSuccessors', array(int32), '0', { ignorable: true }),
        structArray('preferredCandidates', 'ReplicaInfo', '1+', { ignorable: true }, [
          field('candidateId', int32, '1+', { entityType: 'brokerId' }),
          field('candidateDirectoryId', uuid, '1+'),
        ]),
      ]),
    ]),
    structArray('leaderEndpoints', 'LeaderEndpoint', '1+', { ignorable: true }, [
      field('name', string, '1+', { mapKey: true }),
      field('host', string, '1+'),
      field('port', uint16, '1+'),
    ]),
  ]),
  response: message('EndQuorumEpochResponse', { versions: '0-1', flexible: '1+' }, () => [
    field('errorCode', int16, '0+'),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
      ]),
    ]),
    structArray('nodeEndpoints', 'NodeEndpoint', '1+', { tagged: '1+', tag: 0 }, [
      field('nodeId', int32, '1+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '1+'),
      field('port', uint16, '1+'),
    ]),
  ]),
})
