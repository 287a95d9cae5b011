import {
  array,
  field,
  int16,
  int32,
  keyValueRecord,
  message,
  string,
  struct,
  structArray,
} from '../../language.ts'

const topicConfig = struct('TopicConfig', [field('key', string, '0+'), field('value', string, '0+')])

const topicInfo = struct('TopicInfo', [
  field('name', string, '0+'),
  field('partitions', int32, '0+'),
  field('replicationFactor', int16, '0+'),
  field('topicConfigs', array(topicConfig), '0+'),
])

export const StreamsGroupTopologyKey = message(
  'StreamsGroupTopologyKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const StreamsGroupTopologyValue = message(
  'StreamsGroupTopologyValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('epoch', int32, '0+'),
    structArray('subtopologies', 'Subtopology', '0+', [
      field('subtopologyId', string, '0+'),
      field('sourceTopics', array(string), '0+'),
      field('sourceTopicRegex', array(string), '0+'),
      field('stateChangelogTopics', array(topicInfo), '0+'),
      field('repartitionSinkTopics', array(string), '0+'),
      field('repartitionSourceTopics', array(topicInfo), '0+'),
      structArray('copartitionGroups', 'CopartitionGroup', '0+', [
        field('sourceTopics', array(int16), '0+'),
        field('sourceTopicRegex', array(int16), '0+'),
        field('repartitionSourceTopics', array(int16), '0+'),
      ]),
    ]),
  ],
)

export const StreamsGroupTopologyRecord = keyValueRecord(
  23,
  'StreamsGroupTopology',
  StreamsGroupTopologyKey,
  StreamsGroupTopologyValue,
)
