import { api, array, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const ElectLeaders = api(43, 'ElectLeaders', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('ElectLeadersRequest', { versions: '0-2', flexible: '2+' }, () => [
    field('electionType', int8, '1+'),
    structArray('topicPartitions', 'TopicPartitions', '0+', { nullable: '0+' }, [
      field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('partitions', array(int32), '0+'),
    ]),
    field('timeoutMs', int32, '0+', { default: 60000 }),
  ]),
  response: message('ElectLeadersResponse', { versions: '0-2', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '1+'),
    structArray('replicaElectionResults', 'ReplicaElectionResult', '0+', [
      field('topic', string, '0+', { entityType: 'topicName' }),
      structArray('partitionResult', 'PartitionResult', '0+', [
        field('partitionId', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
})
