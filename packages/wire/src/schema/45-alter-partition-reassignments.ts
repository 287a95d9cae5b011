import { api, array, bool, field, int16, int32, message, string, structArray } from './language.ts'

export const AlterPartitionReassignments = api(45, 'AlterPartitionReassignments', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('AlterPartitionReassignmentsRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('timeoutMs', int32, '0+', { default: 60000 }),
    field('allowReplicationFactorChange', bool, '1+', { default: true }),
    structArray('topics', 'ReassignableTopic', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'ReassignablePartition', '0+', [
        field('partitionIndex', int32, '0+'),
        field('replicas', array(int32), '0+', { nullable: '0+', default: null, entityType: 'brokerId' }),
      ]),
    ]),
  ]),
  response: message('AlterPartitionReassignmentsResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('allowReplicationFactorChange', bool, '1+', { default: true, ignorable: true }),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('responses', 'ReassignableTopicResponse', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'ReassignablePartitionResponse', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
})
