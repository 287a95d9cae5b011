import { describe, expect, it } from 'vitest'
import type { Access, AccessRule } from '../authorizer/access.ts'
import { handlers } from './api-table.ts'

/** What Apache Kafka's KafkaApis and ControllerApis ask before they answer. */
const asked: Record<string, string[]> = {
  Produce: ['write on the transactionalId', 'write on each topic'],
  Fetch: ['read on each topic, from a consumer', 'clusterAction on each cluster, from a follower'],
  ListOffsets: ['describe on each topic'],
  Metadata: [
    'describe on each topic',
    'create on each topic, to create what is missing, unless create on cluster',
    'describe on each cluster, for authorized operations',
  ],
  OffsetCommit: ['read on the group', 'read on each topic'],
  OffsetFetch: ['describe on each group', 'describe on each topic'],
  FindCoordinator: [
    'describe on each group',
    'describe on each transactionalId',
    'clusterAction on the cluster, for a coordinator of share groups',
  ],
  JoinGroup: ['read on the group'],
  Heartbeat: ['read on the group'],
  LeaveGroup: ['read on the group'],
  SyncGroup: ['read on the group'],
  DescribeGroups: ['describe on each group'],
  ListGroups: ['describe on each group, unless describe on cluster'],
  ApiVersions: [],
  CreateTopics: ['create on each topic, unless create on cluster', 'describeConfigs on each topic'],
  DeleteTopics: [
    'describe on each topic, unless delete on cluster',
    'delete on each topic, unless delete on cluster',
  ],
  DeleteRecords: ['delete on each topic'],
  InitProducerId: [
    'write on the transactionalId',
    'idempotentWrite on the cluster, without a transactional id, unless write on topic',
  ],
  AddPartitionsToTxn: [
    'write on the transactionalId, from a client',
    'write on each topic, from a client',
    'clusterAction on the cluster, from a broker',
  ],
  AddOffsetsToTxn: ['write on the transactionalId', 'read on the group'],
  EndTxn: ['write on the transactionalId'],
  WriteTxnMarkers: ['clusterAction on the cluster, unless alter on cluster'],
  TxnOffsetCommit: ['write on the transactionalId', 'read on the group', 'read on each topic'],
  DescribeTransactions: ['describe on each transactionalId'],
  ListTransactions: ['describe on each transactionalId'],
  OffsetForLeaderEpoch: ['describe on each topic, unless clusterAction on cluster'],
  DescribeAcls: ['describe on the cluster'],
  CreateAcls: ['alter on the cluster'],
  DeleteAcls: ['alter on the cluster'],
  DescribeConfigs: [
    'describeConfigs on each topic',
    'describeConfigs on each group',
    'describeConfigs on each cluster',
  ],
  AlterConfigs: ['alterConfigs on each topic', 'alterConfigs on each group', 'alterConfigs on each cluster'],
  AlterReplicaLogDirs: ['alter on the cluster'],
  DescribeLogDirs: ['describe on the cluster'],
  CreatePartitions: ['alter on each topic'],
  CreateDelegationToken: [],
  RenewDelegationToken: [],
  ExpireDelegationToken: [],
  DescribeDelegationToken: [],
  DeleteGroups: ['delete on each group'],
  IncrementalAlterConfigs: [
    'alterConfigs on each topic',
    'alterConfigs on each group',
    'alterConfigs on each cluster',
  ],
  OffsetDelete: ['delete on the group', 'read on each topic'],
  DescribeCluster: ['describe on each cluster, for authorized operations'],
  DescribeProducers: ['read on each topic'],
  ConsumerGroupHeartbeat: ['read on the group', 'describe on the topic'],
  ConsumerGroupDescribe: ['describe on each group', 'describe on each topic'],
  ListConfigResources: ['describeConfigs on the cluster'],
  ElectLeaders: ['alter on the cluster'],
  AlterPartitionReassignments: ['alter on the cluster'],
  ListPartitionReassignments: ['describe on the cluster'],
  GetTelemetrySubscriptions: [],
  PushTelemetry: [],
  SaslHandshake: [],
  SaslAuthenticate: [],
  DescribeClientQuotas: ['describeConfigs on the cluster'],
  AlterClientQuotas: ['alterConfigs on the cluster'],
  DescribeUserScramCredentials: ['describe on the cluster'],
  AlterUserScramCredentials: ['alter on the cluster'],
  DescribeQuorum: ['describe on the cluster'],
  UpdateFeatures: ['alter on the cluster'],
  AddRaftVoter: ['alter on the cluster'],
  RemoveRaftVoter: ['alter on the cluster'],
  UnregisterBroker: ['alter on the cluster'],
  UnregisterController: ['alter on the cluster'],
  DescribeTopicPartitions: ['describe on each topic'],
}

function inWords({ operation, resource, refuses, when, unless }: AccessRule): string {
  const which = refuses === 'whole' ? 'the' : 'each'
  return [
    `${operation} on ${which} ${resource}`,
    ...(when ? [when] : []),
    ...(unless ? [`unless ${unless.operation} on ${unless.resource}`] : []),
  ].join(', ')
}

const rulesOf = (access: Access) => (access === 'none' ? [] : access.map(inWords))

describe('the access that APIs need', () => {
  it('is what Apache Kafka asks, for every API that is served', () => {
    const served = Object.fromEntries(
      [...handlers.values()].map(({ api, access }) => [api.name, rulesOf(access)]),
    )
    expect(served).toEqual(asked)
  })
})
