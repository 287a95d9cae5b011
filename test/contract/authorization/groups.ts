import {
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
import { both, ofSeen, type Row, row, wholly } from './row.ts'

const refusedTopics = ['hidden 30', 'seen 30']

export const groupRows: readonly Row[] = [
  row(
    FindCoordinator,
    4,
    (names) => ({ keyType: 0, coordinatorKeys: both(names, ({ name }) => name) }),
    ofSeen(30),
  ),
  row(FindCoordinator, 3, ({ seen }) => ({ keyType: 0, key: seen.name }), wholly(30, 0, 30), 'of one key'),
  row(
    JoinGroup,
    9,
    ({ seen }) => ({
      groupId: seen.name,
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 1_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    }),
    wholly(30, 26, 30),
  ),
  row(
    SyncGroup,
    5,
    ({ seen }) => ({
      groupId: seen.name,
      memberId: 'm',
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
    }),
    wholly(30, 25, 30),
  ),
  row(
    Heartbeat,
    4,
    ({ seen }) => ({ groupId: seen.name, memberId: 'm', generationId: 1 }),
    wholly(30, 25, 30),
  ),
  row(LeaveGroup, 5, ({ seen }) => ({ groupId: seen.name, members: [] }), wholly(30, 0, 30)),
  row(
    OffsetCommit,
    9,
    (names) => ({
      groupId: names.seen.name,
      topics: both(names, ({ name }) => ({
        name,
        partitions: [{ partitionIndex: 0, committedOffset: 1 }],
      })),
    }),
    { bob: refusedTopics, carol: refusedTopics, alice: ['hidden 29', 'seen 0'] },
  ),
  row(
    OffsetCommit,
    10,
    (names) => ({
      groupId: names.seen.name,
      topics: both(names, ({ id }) => ({
        topicId: id,
        partitions: [{ partitionIndex: 0, committedOffset: 1 }],
      })),
    }),
    {
      bob: ['(hidden) 30', '(seen) 30'],
      carol: ['(hidden) 30', '(seen) 30'],
      alice: ['(hidden) 29', '(seen) 0'],
    },
    'by id',
  ),
  row(
    OffsetFetch,
    9,
    (names) => ({
      groups: [
        {
          groupId: names.seen.name,
          topics: both(names, ({ name }) => ({ name, partitionIndexes: [0] })),
        },
      ],
    }),
    { bob: ['seen 30'], carol: ['seen 30'], alice: ['seen 0', 'hidden 29'] },
  ),
  row(
    OffsetFetch,
    10,
    (names) => ({
      groups: [
        {
          groupId: names.seen.name,
          topics: both(names, ({ id }) => ({ topicId: id, partitionIndexes: [0] })),
        },
      ],
    }),
    { bob: ['seen 30'], carol: ['seen 30'], alice: ['seen 0', '(seen) 0', '(hidden) 29'] },
    'by id',
  ),
  row(
    OffsetFetch,
    9,
    (names) => ({ groups: both(names, ({ name }) => ({ groupId: name, topics: null })) }),
    {
      bob: ['hidden 30', 'seen 30'],
      carol: ['hidden 30', 'seen 30'],
      alice: ['hidden 30', 'seen 0'],
    },
    'of all that groups have committed',
  ),
  row(
    OffsetFetch,
    7,
    (names) => ({
      groupId: names.seen.name,
      topics: both(names, ({ name }) => ({ name, partitionIndexes: [0] })),
    }),
    { bob: ['all 30'], carol: ['all 30'], alice: ['hidden 29', 'seen 0'] },
    'of one group',
  ),
  row(
    OffsetFetch,
    1,
    (names) => ({
      groupId: names.seen.name,
      topics: both(names, ({ name }) => ({ name, partitionIndexes: [0] })),
    }),
    { bob: refusedTopics, carol: refusedTopics, alice: ['hidden 29', 'seen 0'] },
    'of the first version',
  ),
  row(DescribeGroups, 5, (names) => ({ groups: both(names, ({ name }) => name) }), ofSeen(30)),
  row(ListGroups, 4, () => ({}), { bob: [], alice: ['seen'], carol: ['hidden', 'seen'] }),
  row(
    OffsetDelete,
    0,
    (names) => ({
      groupId: names.seen.name,
      topics: both(names, ({ name }) => ({ name, partitions: [{ partitionIndex: 1_000 }] })),
    }),
    { bob: ['all 30'], carol: ['all 30'], alice: ['hidden 29', 'seen 3'] },
  ),
  row(DeleteGroups, 2, ({ missing, seenMissing }) => ({ groupsNames: [missing, seenMissing] }), {
    bob: ['missing 30', 'seenMissing 30'],
    carol: ['missing 30', 'seenMissing 30'],
    alice: ['missing 30', 'seenMissing 69'],
  }),
]
