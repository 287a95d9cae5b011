import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  DescribeTransactions,
  EndTxn,
  ListTransactions,
  TxnOffsetCommit,
  WriteTxnMarkers,
} from '@sluice/wire'
import { ofCluster, onEach, row, type Row, wholly } from './row.ts'

const producer = { producerId: 7, producerEpoch: 0 }
const ofClient = {
  v3AndBelowTransactionalId: 't',
  v3AndBelowProducerId: 7,
  v3AndBelowProducerEpoch: 0,
}
const commits = onEach((name) => ({
  name,
  partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }],
}))

/** Of ids that nobody has, which is told to whoever may ask. */
export const transactionsRows: readonly Row[] = [
  row(
    AddPartitionsToTxn,
    3,
    { ...ofClient, v3AndBelowTopics: onEach((name) => ({ name, partitions: [0] })) },
    {
      what: 'that may not write to all',
      grants: ['write transactionalId t', 'write topic seen'],
      granted: ['hidden 29', 'seen 55'],
      refused: ['hidden 53', 'seen 53'],
    },
  ),
  row(
    AddPartitionsToTxn,
    3,
    { ...ofClient, v3AndBelowTopics: [{ name: 'seen', partitions: [0] }] },
    {
      grants: ['write transactionalId t', 'write topic seen'],
      granted: ['seen 16'],
      refused: ['seen 53'],
    },
  ),
  row(
    AddPartitionsToTxn,
    5,
    { transactions: [] },
    { what: 'between brokers', grants: ofCluster('clusterAction'), ...wholly(31) },
  ),
  row(
    AddOffsetsToTxn,
    3,
    { transactionalId: 't', ...producer, groupId: 'seen' },
    { grants: ['write transactionalId t', 'read group seen'], ...wholly(53, 16) },
  ),
  row(
    EndTxn,
    5,
    { transactionalId: 't', ...producer, committed: true },
    { grants: ['write transactionalId t'], ...wholly(53, 16) },
  ),
  row(
    WriteTxnMarkers,
    1,
    {
      markers: [
        {
          ...producer,
          transactionResult: true,
          coordinatorEpoch: 0,
          topics: [{ name: 'nowhere', partitionIndexes: [0] }],
        },
      ],
    },
    { grants: ofCluster('alter'), granted: ['nowhere 3'], refused: ['nowhere 31'] },
  ),
  row(
    TxnOffsetCommit,
    5,
    { transactionalId: 't', groupId: 'seen', ...producer, topics: commits },
    {
      grants: ['write transactionalId t', 'read group seen', 'read topic seen'],
      granted: ['hidden 29', 'seen 15'],
      refused: ['hidden 53', 'seen 53'],
    },
  ),
  row(
    DescribeTransactions,
    0,
    { transactionalIds: ['t'] },
    { grants: ['describe transactionalId t'], granted: ['all 16'], refused: ['all 53'] },
  ),
  row(ListTransactions, 1, {}, { grants: ['describe transactionalId t'], granted: [], refused: [] }),
]
