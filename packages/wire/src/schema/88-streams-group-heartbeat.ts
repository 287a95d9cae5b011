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
  struct,
  structArray,
  structField,
  uint16,
} from './language.ts'

const keyValue = struct('KeyValue', [field('key', string, '0+'), field('value', string, '0+')])

const topicInfo = struct('TopicInfo', [
  field('name', string, '0+', { entityType: 'topicName' }),
  field('partitions', int32, '0+'),
  field('replicationFactor', int16, '0+'),
  field('topicConfigs', array(keyValue), '0+'),
])

const endpoint = struct('Endpoint', [field('host', string, '0+'), field('port', uint16, '0+')])

const taskOffset = struct('TaskOffset', [
  field('subtopologyId', string, '0+'),
  field('partition', int32, '0+'),
  field('offset', int64, '0+'),
])

const taskIds = struct('TaskIds', [
  field('subtopologyId', string, '0+'),
  field('partitions', array(int32), '0+'),
])

const status = struct('Status', [field('statusCode', int8, '0+'), field('statusDetail', string, '0+')])

const topicPartition = struct('TopicPartition', [
  field('topic', string, '0+', { entityType: 'topicName' }),
  field('partitions', array(int32), '0+'),
])

export const StreamsGroupHeartbeat = api(88, 'StreamsGroupHeartbeat', {
  listeners: ['broker'],
  request: message('StreamsGroupHeartbeatRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('memberId', string, '0+'),
    field('memberEpoch', int32, '0+'),
    field('endpointInformationEpoch', int32, '0+'),
    field('instanceId', string, '0+', { nullable: '0+', default: null }),
    field('rackId', string, '0+', { nullable: '0+', default: null }),
    field('rebalanceTimeoutMs', int32, '0+', { default: -1 }),
    structField('topology', 'Topology', '0+', { nullable: '0+', default: null }, [
      field('epoch', int32, '0+'),
      structArray('subtopologies', 'Subtopology', '0+', [
        field('subtopologyId', string, '0+'),
        field('sourceTopics', array(string), '0+', { entityType: 'topicName' }),
        field('sourceTopicRegex', array(string), '0+'),
        field('stateChangelogTopics', array(topicInfo), '0+'),
        field('repartitionSinkTopics', array(string), '0+', { entityType: 'topicName' }),
        field('repartitionSourceTopics', array(topicInfo), '0+'),
        structArray('copartitionGroups', 'CopartitionGroup', '0+', [
          field('sourceTopics', array(int16), '0+'),
          field('sourceTopicRegex', array(int16), '0+'),
          field('repartitionSourceTopics', array(int16), '0+'),
        ]),
      ]),
    ]),
    field('activeTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('standbyTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('warmupTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('processId', string, '0+', { nullable: '0+', default: null }),
    field('userEndpoint', endpoint, '0+', { nullable: '0+', default: null }),
    field('clientTags', array(keyValue), '0+', { nullable: '0+', default: null }),
    field('taskOffsets', array(taskOffset), '0+', { nullable: '0+', default: null }),
    field('taskEndOffsets', array(taskOffset), '0+', { nullable: '0+', default: null }),
    field('shutdownApplication', bool, '0+', { default: false }),
  ]),
  response: message('StreamsGroupHeartbeatResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    field('memberId', string, '0+'),
    field('memberEpoch', int32, '0+'),
    field('heartbeatIntervalMs', int32, '0+'),
    field('acceptableRecoveryLagLegacy', int32, '0'),
    field('taskOffsetIntervalMs', int32, '0+'),
    field('acceptableRecoveryLag', int64, '1+', { default: -1, ignorable: true }),
    field('status', array(status), '0+', { nullable: '0+' }),
    field('activeTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('standbyTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('warmupTasks', array(taskIds), '0+', { nullable: '0+', default: null }),
    field('topologyDescriptionRequired', bool, '1+', { default: false }),
    field('endpointInformationEpoch', int32, '0+'),
    structArray('partitionsByUserEndpoint', 'EndpointToPartitions', '0+', { nullable: '0+', default: null }, [
      field('userEndpoint', endpoint, '0+'),
      field('activePartitions', array(topicPartition), '0+'),
      field('standbyPartitions', array(topicPartition), '0+'),
    ]),
  ]),
})
