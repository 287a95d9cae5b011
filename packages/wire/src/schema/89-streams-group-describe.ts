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

const assignment = struct('Assignment', [
  field('activeTasks', array(taskIds), '0+'),
  field('standbyTasks', array(taskIds), '0+'),
  field('warmupTasks', array(taskIds), '0+'),
])

const keyValue = struct('KeyValue', [field('key', string, '0+'), field('value', string, '0+')])

const topicInfo = struct('TopicInfo', [
  field('name', string, '0+', { entityType: 'topicName' }),
  field('partitions', int32, '0+'),
  field('replicationFactor', int16, '0+'),
  field('topicConfigs', array(keyValue), '0+'),
])

const topologyDescriptionNode = struct('TopologyDescriptionNode', [
  field('name', string, '1+'),
  field('nodeType', int8, '1+'),
  field('sourceTopics', array(string), '1+', { entityType: 'topicName' }),
  field('sinkTopic', string, '1+', { nullable: '1+', default: null, entityType: 'topicName' }),
  field('stores', array(string), '1+'),
  field('successors', array(string), '1+'),
])

const topologyDescriptionSubtopology = struct('TopologyDescriptionSubtopology', [
  field('subtopologyId', string, '1+'),
  field('nodes', array(topologyDescriptionNode), '1+'),
])

const topologyDescriptionGlobalStore = struct('TopologyDescriptionGlobalStore', [
  field('source', topologyDescriptionNode, '1+'),
  field('processor', topologyDescriptionNode, '1+'),
])

const topologyDescription = struct('TopologyDescription', [
  field('subtopologies', array(topologyDescriptionSubtopology), '1+'),
  field('globalStores', array(topologyDescriptionGlobalStore), '1+'),
])

export const StreamsGroupDescribe = api(89, 'StreamsGroupDescribe', {
  listeners: ['broker'],
  request: message('StreamsGroupDescribeRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('groupIds', array(string), '0+', { entityType: 'groupId' }),
    field('includeAuthorizedOperations', bool, '0+'),
    field('includeTopologyDescription', bool, '1+', { default: false }),
  ]),
  response: message('StreamsGroupDescribeResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('groups', 'DescribedGroup', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      field('groupId', string, '0+', { entityType: 'groupId' }),
      field('groupState', string, '0+'),
      field('groupEpoch', int32, '0+'),
      field('assignmentEpoch', int32, '0+'),
      structField('topology', 'Topology', '0+', { nullable: '0+', default: null }, [
        field('epoch', int32, '0+'),
        structArray('subtopologies', 'Subtopology', '0+', { nullable: '0+', default: null }, [
          field('subtopologyId', string, '0+'),
          field('sourceTopics', array(string), '0+', { entityType: 'topicName' }),
          field('repartitionSinkTopics', array(string), '0+', { entityType: 'topicName' }),
          field('stateChangelogTopics', array(topicInfo), '0+'),
          field('repartitionSourceTopics', array(topicInfo), '0+'),
        ]),
      ]),
      structArray('members', 'Member', '0+', [
        field('memberId', string, '0+'),
        field('memberEpoch', int32, '0+'),
        field('instanceId', string, '0+', { nullable: '0+', default: null }),
        field('rackId', string, '0+', { nullable: '0+', default: null }),
        field('clientId', string, '0+'),
        field('clientHost', string, '0+'),
        field('topologyEpoch', int32, '0+'),
        field('processId', string, '0+'),
        field('userEndpoint', endpoint, '0+', { nullable: '0+', default: null }),
        field('clientTags', array(keyValue), '0+'),
        field('taskOffsets', array(taskOffset), '0+'),
        field('taskEndOffsets', array(taskOffset), '0+'),
        field('assignment', assignment, '0+'),
        field('targetAssignment', assignment, '0+'),
        field('isClassic', bool, '0+'),
      ]),
      field('authorizedOperations', int32, '0+', { default: -2147483648 }),
      field('topologyDescription', topologyDescription, '1+', { nullable: '1+', default: null }),
      field('topologyDescriptionStatus', int8, '1+', { default: 0 }),
      field('assignorName', string, '1+', { nullable: '1+', default: null, ignorable: true }),
    ]),
  ]),
})
