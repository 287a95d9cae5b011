import { api, array, field, int16, int32, message, string, structArray } from './language.ts'

export const ListPartitionReassignments = api(46, 'ListPartitionReassignments', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('ListPartitionReassignmentsRequest', { versions: '0', flexible: '0+' }, () => [
    field('timeoutMs', int32, '0+', { default: 60000 }),
    structArray('topics', 'ListPartitionReassignmentsTopics', '0+', { nullable: '0+', default: null }, [
      field('name', string, '0+', { entityType: 'topicName' }),
      field('partitionIndexes', array(int32), '0+'),
    ]),
  ]),
  response: message('ListPartitionReassignmentsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('topics', 'OngoingTopicReassignment', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'OngoingPartitionReassignment', '0+', [
        field('partitionIndex', int32, '0+'),
        field('replicas', array(int32), '0+', { entityType: 'brokerId' }),
        field('addingReplicas', array(int32), '0+', { entityType: 'brokerId' }),
        field('removingReplicas', array(int32), '0+', { entityType: 'brokerId' }),
      ]),
    ]),
  ]),
})
