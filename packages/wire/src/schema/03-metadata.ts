import { api, array, bool, field, int16, int32, message, string, structArray, uuid } from './language.ts'

export const Metadata = api(3, 'Metadata', {
  listeners: ['broker'],
  request: message('MetadataRequest', { versions: '0-13', flexible: '9+' }, () => [
    structArray('topics', 'MetadataRequestTopic', '0+', { nullable: '1+' }, [
      field('topicId', uuid, '10+', { ignorable: true }),
      field('name', string, '0+', { nullable: '10+', entityType: 'topicName' }),
    ]),
    field('allowAutoTopicCreation', bool, '4+', { default: true }),
    field('includeClusterAuthorizedOperations', bool, '8-10'),
    field('includeTopicAuthorizedOperations', bool, '8+'),
  ]),
  response: message('MetadataResponse', { versions: '0-13', flexible: '9+' }, () => [
    field('throttleTimeMs', int32, '3+', { ignorable: true }),
    structArray('brokers', 'MetadataResponseBroker', '0+', [
      field('nodeId', int32, '0+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '0+'),
      field('port', int32, '0+'),
      field('rack', string, '1+', { nullable: '1+', default: null, ignorable: true }),
    ]),
    field('clusterId', string, '2+', { nullable: '2+', default: null, ignorable: true }),
    field('controllerId', int32, '1+', { default: -1, ignorable: true, entityType: 'brokerId' }),
    structArray('topics', 'MetadataResponseTopic', '0+', [
      field('errorCode', int16, '0+'),
      field('name', string, '0+', { nullable: '12+', mapKey: true, entityType: 'topicName' }),
      field('topicId', uuid, '10+', { ignorable: true }),
      field('isInternal', bool, '1+', { default: false, ignorable: true }),
      structArray('partitions', 'MetadataResponsePartition', '0+', [
        field('errorCode', int16, '0+'),
        field('partitionIndex', int32, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '7+', { default: -1, ignorable: true }),
        field('replicaNodes', array(int32), '0+', { entityType: 'brokerId' }),
        field('isrNodes', array(int32), '0+', { entityType: 'brokerId' }),
        field('offlineReplicas', array(int32), '5+', { ignorable: true, entityType: 'brokerId' }),
      ]),
      field('topicAuthorizedOperations', int32, '8+', { default: -2147483648 }),
    ]),
    field('clusterAuthorizedOperations', int32, '8-10', { default: -2147483648 }),
    field('errorCode', int16, '13+', { ignorable: true }),
  ]),
})
