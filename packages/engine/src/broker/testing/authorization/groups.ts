import {
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  DeleteGroups,
  DescribeGroups,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '@sluice/wire'
import { onEach, oneOfTwo, wholly, ofCluster, row, type Row } from './row.ts'

const commits = onEach((name) => ({ name, partitions: [{ partitionIndex: 0, committedOffset: 1 }] }))

const joins = (groupId: string, ...subscribedTopicNames: string[]) => ({
  groupId,
  memberId: 'm',
  memberEpoch: 1,
  rebalanceTimeoutMs: 1_000,
  subscribedTopicNames,
  topicPartitions: [],
})

export const groupsRows: readonly Row[] = [
  row(ConsumerGroupHeartbeat, 1, joins('joined', 'seen'), {
    grants: ['read group joined', 'describe topic seen'],
    ...wholly(30, 69),
  }),
  row(ConsumerGroupHeartbeat, 1, joins('joined', 'seen', 'hidden'), {
    what: 'of a topic that may not be known',
    grants: ['read group joined', 'describe topic seen'],
    ...wholly(30, 29),
  }),
  row(
    ConsumerGroupDescribe,
    1,
    { groupIds: ['hidden', 'seen'] },
    {
      grants: ['describe group seen'],
      granted: ['group hidden 30', 'group seen 69'],
      refused: ['group hidden 30', 'group seen 30'],
    },
  ),
  row(
    OffsetCommit,
    9,
    { groupId: 'seen', topics: commits },
    {
      grants: ['read group seen', 'read topic seen'],
      granted: ['hidden 29', 'seen 0'],
      refused: ['hidden 30', 'seen 30'],
    },
  ),
  row(
    OffsetFetch,
    9,
    {
      groups: onEach((groupId) => ({ groupId, topics: onEach((name) => ({ name, partitionIndexes: [0] })) })),
    },
    {
      grants: ['describe group seen', 'describe topic seen'],
      granted: ['group hidden 30', 'group seen 0', 'hidden 29', 'seen 0'],
      refused: ['group hidden 30', 'group seen 30'],
    },
  ),
  row(
    OffsetFetch,
    7,
    { groupId: 'seen', topics: onEach((name) => ({ name, partitionIndexes: [0] })) },
    {
      what: 'of one group',
      grants: ['describe group seen', 'describe topic seen'],
      granted: ['hidden 29', 'seen 0'],
      refused: ['all 30'],
    },
  ),
  row(
    OffsetFetch,
    1,
    { groupId: 'seen', topics: onEach((name) => ({ name, partitionIndexes: [0] })) },
    {
      what: 'of the first version',
      grants: ['describe group seen', 'describe topic seen'],
      granted: ['hidden 29', 'seen 0'],
      refused: ['hidden 30', 'seen 30'],
    },
  ),
  row(
    OffsetFetch,
    9,
    { groups: [{ groupId: 'seen', topics: null }] },
    {
      what: 'of all that a group has committed',
      grants: ['describe group seen', 'describe topic seen'],
      granted: ['group seen 0', 'seen 0'],
      refused: ['group seen 30'],
    },
  ),
  row(
    FindCoordinator,
    4,
    { keyType: 0, coordinatorKeys: ['hidden', 'seen'] },
    { grants: ['describe group seen'], ...oneOfTwo(30) },
  ),
  row(
    FindCoordinator,
    3,
    { keyType: 0, key: 'seen' },
    { what: 'of one key', grants: ['describe group seen'], ...wholly(30) },
  ),
  row(
    FindCoordinator,
    6,
    { keyType: 2, coordinatorKeys: ['seen:AAAAAAAAAAAAAAAAAAAAAA:0'] },
    {
      what: 'of share groups',
      grants: ofCluster('clusterAction'),
      granted: ['seen:AAAAAAAAAAAAAAAAAAAAAA:0 35'],
      refused: ['seen:AAAAAAAAAAAAAAAAAAAAAA:0 31'],
    },
  ),
  row(
    JoinGroup,
    9,
    {
      groupId: 'new',
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range' }],
    },
    { grants: ['read group new'], ...wholly(30, 26) },
  ),
  row(Heartbeat, 4, { groupId: 'seen', memberId: 'm' }, { grants: ['read group seen'], ...wholly(30, 25) }),
  row(
    LeaveGroup,
    5,
    { groupId: 'seen', members: [{ memberId: 'm' }] },
    { grants: ['read group seen'], granted: ['member m 25'], refused: ['all 30'] },
  ),
  row(SyncGroup, 4, { groupId: 'seen', memberId: 'm' }, { grants: ['read group seen'], ...wholly(30, 25) }),
  row(
    DescribeGroups,
    5,
    { groups: ['hidden', 'seen'] },
    {
      grants: ['describe group seen'],
      granted: ['group hidden 30', 'group seen 0'],
      refused: ['group hidden 30', 'group seen 30'],
    },
  ),
  row(ListGroups, 4, {}, { grants: ['describe group seen'], granted: ['group seen'], refused: [] }),
  row(
    ListGroups,
    4,
    {},
    {
      what: 'of the whole cluster',
      grants: ofCluster('describe'),
      granted: ['group hidden', 'group seen'],
      refused: [],
    },
  ),
  row(
    DeleteGroups,
    2,
    { groupsNames: ['none', 'seen'] },
    {
      grants: ['delete group none'],
      granted: ['group none 69', 'group seen 30'],
      refused: ['group none 30', 'group seen 30'],
    },
  ),
  row(
    OffsetDelete,
    0,
    { groupId: 'seen', topics: onEach((name) => ({ name, partitions: [{ partitionIndex: 5 }] })) },
    {
      grants: ['delete group seen', 'read topic seen'],
      granted: ['hidden 29', 'seen 3'],
      refused: ['all 30'],
    },
  ),
]
