import {
  AlterConfigs,
  ConfigResourceType,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  DescribeConfigs,
  DescribeTopicPartitions,
  IncrementalAlterConfigs,
  Metadata,
} from '@sluice/wire'
import { onEach, oneOfTwo, ofCluster, row, type Row } from './row.ts'

const ofConfigs = [
  ...onEach((resourceName) => ({ resourceType: ConfigResourceType.topic, resourceName })),
  { resourceType: ConfigResourceType.broker, resourceName: '1' },
  { resourceType: ConfigResourceType.group, resourceName: 'g' },
]

export const topicsRows: readonly Row[] = [
  row(
    Metadata,
    12,
    { topics: [...onEach((name) => ({ name })), { name: 'missing' }], allowAutoTopicCreation: false },
    {
      grants: ['describe topic seen'],
      granted: ['hidden 29', 'missing 29', 'seen 0'],
      refused: ['hidden 29', 'missing 29', 'seen 29'],
    },
  ),
  row(
    Metadata,
    0,
    { topics: [{ name: 'hidden' }] },
    {
      what: 'of the first version',
      grants: ofCluster('describe'),
      granted: ['hidden 29'],
      refused: ['hidden 29'],
    },
  ),
  row(
    Metadata,
    12,
    { topics: null, allowAutoTopicCreation: false },
    { what: 'of all topics', grants: ['describe topic seen'], granted: ['seen 0'], refused: [] },
  ),
  row(
    Metadata,
    12,
    (idOf) => ({ topics: ['hidden', 'seen'].map((name) => ({ topicId: idOf(name), name: null })) }),
    {
      what: 'by id',
      grants: ['describe topic seen'],
      granted: ['(hidden) 29', 'seen 0'],
      refused: ['(hidden) 29', '(seen) 29'],
    },
  ),
  row(
    Metadata,
    12,
    { topics: [{ name: 'made' }, { name: 'unmade' }], allowAutoTopicCreation: true },
    {
      what: 'that creates',
      grants: ['describe topic made', 'describe topic unmade', 'create topic made'],
      granted: ['made 0', 'unmade 29'],
      refused: ['made 29', 'unmade 29'],
    },
  ),
  row(
    CreateTopics,
    7,
    {
      validateOnly: true,
      timeoutMs: 1000,
      topics: ['a', 'b'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 })),
    },
    {
      grants: ['create topic a', 'describeConfigs topic a'],
      granted: ['a 0', 'b 29'],
      refused: ['a 29', 'b 29'],
    },
  ),
  row(
    CreateTopics,
    7,
    { validateOnly: true, timeoutMs: 1000, topics: [{ name: 'a', numPartitions: 1, replicationFactor: 1 }] },
    {
      what: 'whose configs are withheld',
      grants: ofCluster('create'),
      granted: ['a 0', 'a configs 29'],
      refused: ['a 29'],
    },
  ),
  row(
    DeleteTopics,
    6,
    { timeoutMs: 1000, topics: [...onEach((name) => ({ name })), { name: 'missing' }] },
    {
      grants: ['describe topic hidden', 'describe topic missing', 'delete topic missing'],
      granted: ['hidden 29', 'missing 3', 'seen 29'],
      refused: ['hidden 29', 'missing 29', 'seen 29'],
    },
  ),
  row(
    DeleteTopics,
    6,
    (idOf) => ({ timeoutMs: 1000, topics: onEach((name) => ({ name: null, topicId: idOf(name) })) }),
    {
      what: 'by id',
      grants: ['describe topic seen'],
      granted: ['(hidden) 29', 'seen 29'],
      refused: ['(hidden) 29', '(seen) 29'],
    },
  ),
  row(
    DeleteTopics,
    5,
    { timeoutMs: 1000, topicNames: ['gone', 'missing'] },
    {
      what: 'in the older way',
      grants: ofCluster('delete'),
      granted: ['gone 0', 'missing 3'],
      refused: ['gone 29', 'missing 29'],
    },
  ),
  row(
    DescribeConfigs,
    4,
    { resources: ofConfigs },
    {
      grants: ['describeConfigs topic seen', 'describeConfigs cluster kafka-cluster'],
      granted: ['1 0', 'g 30', 'hidden 29', 'seen 0'],
      refused: ['1 31', 'g 30', 'hidden 29', 'seen 29'],
    },
  ),
  row(
    AlterConfigs,
    2,
    { validateOnly: true, resources: ofConfigs },
    {
      grants: ['alterConfigs topic seen', 'alterConfigs cluster kafka-cluster'],
      granted: ['1 0', 'g 30', 'hidden 29', 'seen 0'],
      refused: ['1 31', 'g 30', 'hidden 29', 'seen 29'],
    },
  ),
  row(
    IncrementalAlterConfigs,
    1,
    {
      validateOnly: true,
      resources: [...ofConfigs, { resourceType: ConfigResourceType.broker, resourceName: '9' }],
    },
    {
      grants: ['alterConfigs group g'],
      granted: ['1 31', '9 31', 'g 0', 'hidden 29', 'seen 29'],
      refused: ['1 31', '9 31', 'g 30', 'hidden 29', 'seen 29'],
    },
  ),
  row(
    CreatePartitions,
    3,
    {
      timeoutMs: 1000,
      validateOnly: true,
      topics: onEach((name) => ({ name, count: 2, assignments: null })),
    },
    { grants: ['alter topic seen'], ...oneOfTwo(29) },
  ),
  row(
    CreatePartitions,
    3,
    {
      timeoutMs: 1000,
      validateOnly: true,
      topics: ['hidden', 'hidden'].map((name) => ({ name, count: 2, assignments: null })),
    },
    { what: 'named twice', grants: ['alter topic seen'], granted: ['hidden 42'], refused: ['hidden 42'] },
  ),
  row(
    DescribeTopicPartitions,
    0,
    { topics: [...onEach((name) => ({ name })), { name: 'missing' }], responsePartitionLimit: 10 },
    {
      grants: ['describe topic seen'],
      granted: ['hidden 29', 'missing 29', 'seen 0'],
      refused: ['hidden 29', 'missing 29', 'seen 29'],
    },
  ),
  row(
    DescribeTopicPartitions,
    0,
    { topics: [], responsePartitionLimit: 10 },
    { what: 'of all topics', grants: ['describe topic seen'], granted: ['seen 0'], refused: [] },
  ),
  row(
    DescribeTopicPartitions,
    0,
    {
      topics: onEach((name) => ({ name })),
      responsePartitionLimit: 10,
      cursor: { topicName: 'hidden', partitionIndex: 0 },
    },
    {
      what: 'from a place that is hidden',
      grants: ['describe topic seen'],
      granted: ['hidden 29', 'seen 0'],
      refused: ['hidden 29', 'seen 29'],
    },
  ),
]
