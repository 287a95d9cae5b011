import {
  AddRaftVoter,
  AlterClientQuotas,
  AlterConfigs,
  AlterPartitionReassignments,
  AlterReplicaLogDirs,
  AlterUserScramCredentials,
  ConfigResourceType,
  CreateAcls,
  CreatePartitions,
  CreateTopics,
  DeleteAcls,
  DeleteTopics,
  DescribeAcls,
  DescribeClientQuotas,
  DescribeCluster,
  DescribeConfigs,
  DescribeLogDirs,
  DescribeQuorum,
  DescribeTopicPartitions,
  DescribeUserScramCredentials,
  ElectLeaders,
  IncrementalAlterConfigs,
  ListConfigResources,
  ListPartitionReassignments,
  Metadata,
  RemoveRaftVoter,
  UnregisterBroker,
  UpdateFeatures,
} from '@sluice/wire'
import { both, inAnyOrder, type Names, ofSeen, type Row, row, wholly } from './row.ts'

const { topic, broker, group } = ConfigResourceType
const configs = (names: Names) => [
  ...both(names, ({ name }) => ({
    resourceType: topic,
    resourceName: name,
    configurationKeys: ['retention.ms'],
  })),
  { resourceType: broker, resourceName: '1', configurationKeys: ['node.id'] },
  { resourceType: group, resourceName: 'g', configurationKeys: ['consumer.session.timeout.ms'] },
]
const altered = (names: Names) =>
  configs(names).map(({ resourceType, resourceName }) => ({ resourceType, resourceName }))
const configsRefused = ['1 31', 'g 30', 'hidden 29', 'seen 29']
const described = (names: Names, operations: object = {}) => ({
  topics: [...both(names, ({ name }) => ({ name })), { name: names.missing }, { name: names.seenMissing }],
  allowAutoTopicCreation: false,
  ...operations,
})
const notSeen = ['hidden 29', 'missing 29', 'seen 29', 'seenMissing 29']
const named: Row['answered'] = {
  bob: notSeen,
  carol: notSeen,
  alice: ['hidden 29', 'missing 29', 'seen 0', 'seenMissing 3'],
}
const created = (names: readonly string[]) => ({
  timeoutMs: 1_000,
  validateOnly: true,
  topics: names.map((name) => ({ name, numPartitions: 1, replicationFactor: 1 })),
})

const nobodys = { resourceType: 2, principal: 'User:nobody', host: '*', operation: 3, permissionType: 3 }
const filterOfNobody = {
  resourceTypeFilter: 2,
  resourceNameFilter: 'none',
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
const ofAcls: Row['answered'] = { bob: ['all 31'], alice: ['all 31'], carol: ['all 0'] }

export const adminRows: readonly Row[] = [
  ...[0, 1, 8, 10, 12].map((version) =>
    row(
      Metadata,
      version,
      (names) => ({
        ...described(names),
        ...(version < 4 && { topics: both(names, ({ name }) => ({ name })), allowAutoTopicCreation: true }),
        ...(version >= 8 && { includeTopicAuthorizedOperations: true }),
        ...((version === 8 || version === 10) && { includeClusterAuthorizedOperations: true }),
      }),
      version < 4 ? ofSeen(29) : named,
      `version ${version}`,
    ),
  ),
  row(
    Metadata,
    12,
    (names) => ({ topics: both(names, ({ id }) => ({ topicId: id, name: null })) }),
    {
      bob: ['(hidden) 29', '(seen) 29'],
      carol: ['(hidden) 29', '(seen) 29'],
      alice: ['(hidden) 29', 'seen 0'],
    },
    'by id',
  ),
  inAnyOrder(
    row(
      Metadata,
      12,
      () => ({ topics: null, allowAutoTopicCreation: false }),
      { bob: [], carol: [], alice: ['seen 0', 'seenToGo 0'] },
      'of all topics',
    ),
  ),
  row(
    DescribeTopicPartitions,
    0,
    (names) => ({ topics: described(names).topics, responsePartitionLimit: 100 }),
    named,
  ),
  row(
    DescribeTopicPartitions,
    0,
    () => ({ topics: [], responsePartitionLimit: 100 }),
    { bob: [], carol: [], alice: ['seen 0', 'seenToGo 0'] },
    'of all topics',
  ),
  ...[false, true].map((includeClusterAuthorizedOperations) =>
    row(
      DescribeCluster,
      2,
      () => ({ includeClusterAuthorizedOperations }),
      wholly(0, 0, 0),
      includeClusterAuthorizedOperations ? 'with operations' : undefined,
    ),
  ),
  row(CreateTopics, 7, ({ missing, seenMissing }) => created([missing, seenMissing]), {
    bob: ['missing 29', 'seenMissing 29'],
    alice: ['missing 29', 'seenMissing 0'],
    carol: ['missing 0', 'missing configs 29', 'seenMissing 0', 'seenMissing configs 29'],
  }),
  row(
    CreateTopics,
    7,
    ({ missing }) => created([missing, missing, '__cluster_metadata']),
    {
      bob: ['__cluster_metadata 42', 'missing 42'],
      alice: ['__cluster_metadata 42', 'missing 42'],
      carol: ['__cluster_metadata 42', 'missing 42'],
    },
    'that nobody may',
  ),
  row(
    CreatePartitions,
    3,
    (names) => ({
      timeoutMs: 1_000,
      validateOnly: true,
      topics: both(names, ({ name }) => ({ name, count: 5, assignments: null })),
    }),
    ofSeen(29),
  ),
  row(
    CreatePartitions,
    3,
    (names) => ({
      timeoutMs: 1_000,
      validateOnly: true,
      topics: [names.hidden, names.hidden].map(({ name }) => ({ name, count: 5, assignments: null })),
    }),
    { bob: ['hidden 42'], alice: ['hidden 42'], carol: ['hidden 42'] },
    'of a topic that is named twice',
  ),
  row(DescribeConfigs, 4, (names) => ({ resources: configs(names) }), {
    bob: configsRefused,
    alice: ['1 31', 'g 30', 'hidden 29', 'seen 0'],
    carol: ['1 0', 'g 30', 'hidden 29', 'seen 29'],
  }),
  row(
    AlterConfigs,
    2,
    (names) => ({
      validateOnly: true,
      resources: [...altered(names), { resourceType: broker, resourceName: '9' }],
    }),
    {
      bob: [...configsRefused, '9 31'],
      alice: ['1 31', '9 31', 'g 30', 'hidden 29', 'seen 0'],
      carol: ['1 0', '9 42', 'g 30', 'hidden 29', 'seen 29'],
    },
  ),
  row(
    IncrementalAlterConfigs,
    1,
    (names) => ({
      validateOnly: true,
      resources: [...altered(names), { resourceType: broker, resourceName: '9' }],
    }),
    {
      bob: [...configsRefused, '9 31'],
      alice: ['1 31', '9 31', 'g 30', 'hidden 29', 'seen 0'],
      carol: ['1 0', '9 42', 'g 30', 'hidden 29', 'seen 29'],
    },
  ),
  row(ListConfigResources, 1, () => ({ resourceTypes: [broker] }), {
    bob: ['all 31'],
    alice: ['all 31'],
    carol: [],
  }),
  row(
    AlterReplicaLogDirs,
    2,
    ({ seen }) => ({ dirs: [{ path: '/none', topics: [{ name: seen.name, partitions: [0] }] }] }),
    { bob: ['seen 31'], alice: ['seen 31'], carol: ['seen 57'] },
  ),
  ...[1, 4].map((version) =>
    row(
      DescribeLogDirs,
      version,
      () => ({ topics: [] }),
      version === 1
        ? { bob: [], alice: [], carol: ['all 0'] }
        : { bob: ['all 31'], alice: ['all 31'], carol: ['all 0'] },
      `version ${version}`,
    ),
  ),
  ...[1, 2].map((version) =>
    row(
      ElectLeaders,
      version,
      ({ seen }) => ({
        electionType: 0,
        timeoutMs: 1_000,
        topicPartitions: [{ topic: seen.name, partitions: [0] }],
      }),
      { bob: ['all 31', 'seen 31'], alice: ['all 31', 'seen 31'], carol: ['seen 84'] },
      `version ${version}`,
    ),
  ),
  row(
    AlterPartitionReassignments,
    0,
    ({ seen }) => ({
      timeoutMs: 1_000,
      topics: [{ name: seen.name, partitions: [{ partitionIndex: 700, replicas: [1] }] }],
    }),
    { bob: ['all 31', 'seen 31'], alice: ['all 31', 'seen 31'], carol: ['seen 3'] },
  ),
  row(ListPartitionReassignments, 0, () => ({ timeoutMs: 1_000, topics: null }), wholly(31, 31, 0)),
  row(DescribeClientQuotas, 1, () => ({ components: [], strict: false }), wholly(31, 31, 0)),
  row(
    AlterClientQuotas,
    1,
    () => ({
      entries: [{ entity: [{ entityType: 'user', entityName: 'u' }], ops: [] }],
      validateOnly: true,
    }),
    { bob: ['all 31'], alice: ['all 31'], carol: ['all 0'] },
  ),
  row(DescribeUserScramCredentials, 0, () => ({ users: [{ name: 'u' }] }), {
    bob: ['all 31'],
    alice: ['all 31'],
    carol: ['u 91'],
  }),
  row(
    AlterUserScramCredentials,
    0,
    () => ({ deletions: ['a', 'u'].map((name) => ({ name, mechanism: 1 })), upsertions: [] }),
    { bob: ['a 31', 'u 31'], alice: ['a 31', 'u 31'], carol: ['a 91', 'u 91'] },
  ),
  row(
    DescribeQuorum,
    2,
    () => ({ topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }),
    { bob: ['all 31'], alice: ['all 31'], carol: ['__cluster_metadata 0'] },
  ),
  row(
    UpdateFeatures,
    1,
    () => ({ timeoutMs: 1_000, validateOnly: true, featureUpdates: [] }),
    wholly(31, 31, 0),
  ),
  inAnyOrder(row(CreateAcls, 3, () => ({ creations: [{ ...nobodys, resourceName: 'own' }] }), ofAcls)),
  inAnyOrder(row(DeleteAcls, 3, () => ({ filters: [filterOfNobody] }), ofAcls)),
  inAnyOrder(row(DescribeAcls, 3, () => filterOfNobody, wholly(31, 31, 0))),
  row(AddRaftVoter, 1, () => ({ clusterId: 'another', voterId: 9, listeners: [] }), wholly(31, 31, 104)),
  row(RemoveRaftVoter, 0, () => ({ clusterId: 'another', voterId: 9 }), wholly(31, 31, 104)),
  row(UnregisterBroker, 0, () => ({ brokerId: 900 }), wholly(31, 31, 102)),
  // At last, for they are gone then.
  inAnyOrder(
    row(
      DeleteTopics,
      6,
      (names) => ({
        timeoutMs: 1_000,
        topics: [
          { name: null, topicId: names.hidden.id },
          { name: names.seenMissing },
          { name: names.missing },
        ],
      }),
      {
        bob: ['(hidden) 29', 'missing 29', 'seenMissing 29'],
        alice: ['(hidden) 29', 'missing 29', 'seenMissing 3'],
        carol: ['hidden 0', 'missing 3', 'seenMissing 3'],
      },
      'by id and by names that nobody has',
    ),
  ),
  inAnyOrder(
    row(
      DeleteTopics,
      5,
      ({ seenToGo, hiddenToGo }) => ({
        timeoutMs: 1_000,
        topicNames: [seenToGo.name, hiddenToGo.name],
      }),
      {
        bob: ['hiddenToGo 29', 'seenToGo 29'],
        alice: ['hiddenToGo 29', 'seenToGo 0'],
        carol: ['hiddenToGo 0', 'seenToGo 3'],
      },
      'in the older way',
    ),
  ),
]
