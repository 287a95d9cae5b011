import {
  DeleteRecords,
  DescribeProducers,
  Fetch,
  InitProducerId,
  ListOffsets,
  OffsetForLeaderEpoch,
  Produce,
} from '@sluice/wire'
import { batch } from '../fixture.ts'
import { both, inAnyOrder, ofSeen, type Row, row, wholly } from './row.ts'

const byId = (code: number): Row['answered'] => {
  const none = [`(hidden) ${code}`, `(seen) ${code}`]
  return { bob: none, carol: none, alice: [`(hidden) ${code}`, '(seen) 0'] }
}

const produced = [3, 9, 12].map((version) =>
  row(
    Produce,
    version,
    (names) => ({
      acks: 1,
      timeoutMs: 1000,
      topicData: both(names, ({ name }) => ({ name, partitionData: [{ index: 0, records: batch(['x']) }] })),
    }),
    ofSeen(29),
    `version ${version}`,
  ),
)

const fetched = [4, 11, 12].map((version) =>
  row(
    Fetch,
    version,
    (names) => ({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000,
      ...(version >= 7 && { sessionEpoch: -1 }),
      topics: both(names, ({ name }) => ({
        topic: name,
        partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }],
      })),
    }),
    ofSeen(29),
    `version ${version}`,
  ),
)

export const dataRows: readonly Row[] = [
  ...produced,
  inAnyOrder(
    row(
      Produce,
      13,
      (names) => ({
        acks: 1,
        timeoutMs: 1000,
        topicData: both(names, ({ id }) => ({
          topicId: id,
          partitionData: [{ index: 0, records: batch(['x']) }],
        })),
      }),
      byId(29),
      'by id',
    ),
  ),
  row(
    Produce,
    12,
    ({ missing, seenMissing }) => ({
      acks: 1,
      timeoutMs: 1000,
      topicData: [missing, seenMissing].map((name) => ({
        name,
        partitionData: [{ index: 0, records: batch(['x']) }],
      })),
    }),
    {
      bob: ['missing 29', 'seenMissing 29'],
      carol: ['missing 29', 'seenMissing 29'],
      alice: ['missing 29', 'seenMissing 3'],
    },
    'to topics that are not there',
  ),
  ...fetched,
  row(
    Fetch,
    17,
    (names) => ({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000,
      sessionEpoch: -1,
      topics: both(names, ({ id }) => ({
        topicId: id,
        partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }],
      })),
    }),
    byId(29),
    'by id',
  ),
  row(
    Fetch,
    12,
    (names) => ({
      replicaId: 9,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000,
      sessionEpoch: -1,
      topics: both(names, ({ name }) => ({
        topic: name,
        partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }],
      })),
    }),
    {
      bob: ['hidden 29', 'seen 29'],
      alice: ['hidden 29', 'seen 29'],
      carol: ['hidden 6', 'seen 6'],
    },
    'from a follower',
  ),
  row(
    ListOffsets,
    7,
    (names) => ({
      replicaId: -1,
      topics: both(names, ({ name }) => ({ name, partitions: [{ partitionIndex: 0, timestamp: -2 }] })),
    }),
    ofSeen(29),
  ),
  row(
    DeleteRecords,
    2,
    (names) => ({
      timeoutMs: 1000,
      topics: both(names, ({ name }) => ({ name, partitions: [{ partitionIndex: 0, offset: 0 }] })),
    }),
    ofSeen(29),
  ),
  row(
    OffsetForLeaderEpoch,
    4,
    (names) => ({
      replicaId: -1,
      topics: both(names, ({ name }) => ({
        topic: name,
        partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }],
      })),
    }),
    {
      bob: ['hidden 29', 'seen 29'],
      alice: ['hidden 29', 'seen 0'],
      carol: ['hidden 0', 'seen 0'],
    },
  ),
  row(
    DescribeProducers,
    0,
    (names) => ({ topics: both(names, ({ name }) => ({ name, partitionIndexes: [0] })) }),
    ofSeen(29),
  ),
  row(
    InitProducerId,
    4,
    () => ({ transactionalId: null, transactionTimeoutMs: 1_000, producerId: -1, producerEpoch: -1 }),
    // Who may write to any topic may be idempotent too.
    wholly(31, 0, 0),
  ),
]
