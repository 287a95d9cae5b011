import { api, array, field, int16, int32, int8, message, string, struct } from './language.ts'

const topologyDescriptionNode = struct('TopologyDescriptionNode', [
  field('name', string, '0+'),
  field('nodeType', int8, '0+'),
  field('sourceTopics', array(string), '0+', { entityType: 'topicName' }),
  field('sinkTopic', string, '0+', { nullable: '0+', default: null, entityType: 'topicName' }),
  field('stores', array(string), '0+'),
  field('successors', array(string), '0+'),
])

const topologyDescriptionSubtopology = struct('TopologyDescriptionSubtopology', [
  field('subtopologyId', string, '0+'),
  field('nodes', array(topologyDescriptionNode), '0+'),
])

const topologyDescriptionGlobalStore = struct('TopologyDescriptionGlobalStore', [
  field('source', topologyDescriptionNode, '0+'),
  field('processor', topologyDescriptionNode, '0+'),
])

const topologyDescription = struct('TopologyDescription', [
  field('subtopologies', array(topologyDescriptionSubtopology), '0+'),
  field('globalStores', array(topologyDescriptionGlobalStore), '0+'),
])

export const StreamsGroupTopologyDescriptionUpdate = api(93, 'StreamsGroupTopologyDescriptionUpdate', {
  listeners: ['broker'],
  request: message('StreamsGroupTopologyDescriptionUpdateRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('memberId', string, '0+'),
    field('topologyEpoch', int32, '0+'),
    field('topologyDescription', topologyDescription, '0+'),
  ]),
  response: message(
    'StreamsGroupTopologyDescriptionUpdateResponse',
    { versions: '0', flexible: '0+' },
    () => [
      field('throttleTimeMs', int32, '0+'),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    ],
  ),
})
