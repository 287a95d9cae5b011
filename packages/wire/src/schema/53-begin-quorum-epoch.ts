import { api, field, int16, int32, message, string, structArray, uint16, uuid } from './language.ts'

export const BeginQuorumEpoch = api(53, 'BeginQuorumEpoch', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('BeginQuorumEpochRequest', { versions: '0-1', flexible: '1+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+', default: null }),
    field('voterId', int32, '1+', { default: -1, ignorable: true, entityType: 'brokerId' }),
    structArray('topics', 'TopicData', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('voterDirectoryId', uuid, '1+', { ignorable: true }),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
      ]),
    ]),
    structArray('leaderEndpoints', 'LeaderEndpoint', '1+', { ignorable: true }, [
      field('name', string, '1+', { mapKey: true }),
      field('host', string, '1+'),
      field('port', uint16, '1+'),
    ]),
  ]),
  response: message('BeginQuorumEpochResponse', { versions: '0-1', flexible: '1+' }, () => [
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
