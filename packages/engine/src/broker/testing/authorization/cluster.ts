import {
  AddRaftVoter,
  AlterClientQuotas,
  AlterPartitionReassignments,
  AlterReplicaLogDirs,
  AlterUserScramCredentials,
  CreateAcls,
  DeleteAcls,
  DescribeAcls,
  DescribeClientQuotas,
  DescribeCluster,
  DescribeLogDirs,
  DescribeQuorum,
  DescribeUserScramCredentials,
  ElectLeaders,
  ListConfigResources,
  ListPartitionReassignments,
  RemoveRaftVoter,
  UnregisterBroker,
  UnregisterController,
  UpdateFeatures,
} from '@sluice/wire'
import { onEach, wholly, ofCluster, row, type Row } from './row.ts'

const anyAcl = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }
const acl = {
  ...{ resourceType: 2, resourceName: 'seen', resourcePatternType: 3 },
  ...{ principal: 'User:a', host: '*', operation: 3, permissionType: 3 },
}

export const clusterRows: readonly Row[] = [
  row(
    AlterReplicaLogDirs,
    2,
    { dirs: [{ path: '/none', topics: onEach((name) => ({ name, partitions: [0] })) }] },
    { grants: ofCluster('alter'), granted: ['hidden 57', 'seen 57'], refused: ['hidden 31', 'seen 31'] },
  ),
  row(DescribeAcls, 3, anyAcl, { grants: ofCluster('describe'), ...wholly(31, 54) }),
  row(CreateAcls, 3, { creations: [acl] }, { grants: ofCluster('alter'), ...wholly(31, 54) }),
  row(DeleteAcls, 3, { filters: [anyAcl] }, { grants: ofCluster('alter'), ...wholly(31, 54) }),
  row(
    DescribeLogDirs,
    4,
    { topics: [] },
    { grants: ofCluster('describe'), granted: ['all 0'], refused: ['all 31'] },
  ),
  row(
    DescribeLogDirs,
    1,
    { topics: [] },
    { what: 'of the first version', grants: ofCluster('describe'), granted: ['all 0'], refused: [] },
  ),
  row(DescribeCluster, 2, {}, { grants: [], granted: [], refused: [] }),
  row(ListConfigResources, 1, {}, { grants: ofCluster('describeConfigs'), ...wholly(31) }),
  row(
    ElectLeaders,
    2,
    { electionType: 0, timeoutMs: 1000, topicPartitions: [{ topic: 'seen', partitions: [0] }] },
    { grants: ofCluster('alter'), granted: ['seen 84'], refused: ['all 31', 'seen 31'] },
  ),
  row(
    AlterPartitionReassignments,
    0,
    { timeoutMs: 1000, topics: [{ name: 'seen', partitions: [{ partitionIndex: 7, replicas: [1] }] }] },
    { grants: ofCluster('alter'), granted: ['seen 3'], refused: ['all 31', 'seen 31'] },
  ),
  row(
    ListPartitionReassignments,
    0,
    { timeoutMs: 1000, topics: null },
    { grants: ofCluster('describe'), ...wholly(31) },
  ),
  row(
    DescribeClientQuotas,
    1,
    { components: [], strict: false },
    { grants: ofCluster('describeConfigs'), ...wholly(31) },
  ),
  row(
    AlterClientQuotas,
    1,
    { entries: [{ entity: [{ entityType: 'user', entityName: 'u' }], ops: [] }], validateOnly: true },
    { grants: ofCluster('alterConfigs'), granted: ['all 0'], refused: ['all 31'] },
  ),
  row(
    DescribeUserScramCredentials,
    0,
    { users: [{ name: 'u' }] },
    { grants: ofCluster('describe'), granted: ['user u 91'], refused: ['all 31'] },
  ),
  row(
    AlterUserScramCredentials,
    0,
    { deletions: ['u', 'a'].map((name) => ({ name, mechanism: 1 })), upsertions: [] },
    { grants: ofCluster('alter'), granted: ['user a 91', 'user u 91'], refused: ['user a 31', 'user u 31'] },
  ),
  row(DescribeQuorum, 2, { topics: [] }, { grants: ofCluster('describe'), ...wholly(31) }),
  row(
    UpdateFeatures,
    1,
    { timeoutMs: 1000, validateOnly: true, featureUpdates: [] },
    { grants: ofCluster('alter'), ...wholly(31) },
  ),
  row(
    AddRaftVoter,
    1,
    { clusterId: 'another', voterId: 9, listeners: [] },
    { grants: ofCluster('alter'), ...wholly(31, 104) },
  ),
  row(
    RemoveRaftVoter,
    0,
    { clusterId: 'another', voterId: 9 },
    { grants: ofCluster('alter'), ...wholly(31, 104) },
  ),
  row(UnregisterBroker, 0, { brokerId: 9 }, { grants: ofCluster('alter'), ...wholly(31, 102) }),
  row(UnregisterController, 0, { controllerId: 9 }, { grants: ofCluster('alter'), ...wholly(31, 136) }),
]
