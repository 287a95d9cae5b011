import {
  buildBatchSync,
  DeleteRecords,
  DescribeProducers,
  Fetch,
  InitProducerId,
  ListOffsets,
  OffsetForLeaderEpoch,
  Produce,
} from '@sluice/wire'
import { onEach, oneOfTwo, wholly, ofCluster, row, type Row } from './row.ts'

const records = buildBatchSync({ records: [{ value: 'x' }], timestamp: 0 })

export const recordsRows: readonly Row[] = [
  row(
    Produce,
    12,
    {
      acks: 1,
      timeoutMs: 1000,
      topicData: onEach((name) => ({ name, partitionData: [{ index: 0, records }] })),
    },
    { grants: ['write topic seen'], ...oneOfTwo(29) },
  ),
  row(
    Produce,
    13,
    (idOf) => ({
      acks: 1,
      timeoutMs: 1000,
      topicData: onEach((name) => ({ topicId: idOf(name), partitionData: [{ index: 0, records }] })),
    }),
    {
      what: 'by id',
      grants: ['write topic seen'],
      granted: ['(hidden) 29', '(seen) 0'],
      refused: ['(hidden) 29', '(seen) 29'],
    },
  ),
  row(
    Fetch,
    12,
    { minBytes: 0, maxBytes: 1000, topics: onEach((topic) => ({ topic, partitions: [{ partition: 0 }] })) },
    {
      grants: ['read topic seen'],
      granted: ['hidden 29', 'seen 0'],
      refused: ['hidden 29', 'seen 29'],
    },
  ),
  row(
    Fetch,
    12,
    {
      replicaId: 1,
      minBytes: 0,
      maxBytes: 1000,
      topics: onEach((topic) => ({ topic, partitions: [{ partition: 0 }] })),
    },
    {
      what: 'from a follower',
      grants: ofCluster('clusterAction'),
      granted: ['hidden 6', 'seen 6'],
      refused: ['hidden 29', 'seen 29'],
    },
  ),
  row(
    ListOffsets,
    7,
    {
      replicaId: -1,
      topics: onEach((name) => ({ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] })),
    },
    { grants: ['describe topic seen'], ...oneOfTwo(29) },
  ),
  row(
    DeleteRecords,
    2,
    { timeoutMs: 1000, topics: onEach((name) => ({ name, partitions: [{ partitionIndex: 0, offset: 0 }] })) },
    { grants: ['delete topic seen'], ...oneOfTwo(29) },
  ),
  row(
    InitProducerId,
    4,
    { transactionalId: null, transactionTimeoutMs: 1000 },
    { grants: ofCluster('idempotentWrite'), ...wholly(31) },
  ),
  row(
    InitProducerId,
    4,
    { transactionalId: null, transactionTimeoutMs: 1000 },
    { what: 'of who may write to any topic', grants: ['write topic seen'], ...wholly(31) },
  ),
  row(
    InitProducerId,
    4,
    { transactionalId: 't', transactionTimeoutMs: -1 },
    { what: 'for transactions', grants: ['write transactionalId t'], ...wholly(53, 50) },
  ),
  row(
    OffsetForLeaderEpoch,
    4,
    { topics: onEach((topic) => ({ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] })) },
    { grants: ['describe topic seen'], ...oneOfTwo(29) },
  ),
  row(
    OffsetForLeaderEpoch,
    4,
    { topics: onEach((topic) => ({ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] })) },
    {
      what: 'from a broker',
      grants: ofCluster('clusterAction'),
      granted: ['hidden 0', 'seen 0'],
      refused: ['hidden 29', 'seen 29'],
    },
  ),
  row(
    DescribeProducers,
    0,
    { topics: onEach((name) => ({ name, partitionIndexes: [0] })) },
    { grants: ['read topic seen'], ...oneOfTwo(29) },
  ),
]
