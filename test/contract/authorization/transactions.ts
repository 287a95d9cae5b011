import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  CreateDelegationToken,
  DescribeTransactions,
  EndTxn,
  ExpireDelegationToken,
  InitProducerId,
  RenewDelegationToken,
  TxnOffsetCommit,
  WriteTxnMarkers,
} from '@sluice/wire'
import { both, type Row, row, wholly } from './row.ts'

// Transactional ids and groups have the names of topics. What whoever may do something is told here does not depend on
// where the coordinator is.
const producer = { producerId: 1, producerEpoch: 0 }
const owner = { ownerPrincipalType: 'User', ownerPrincipalName: 'alice' }
const hmac = Buffer.from('of no token')
const neverSeen = ['hidden 53', 'seen 53']

export const transactionRows: readonly Row[] = [
  row(
    InitProducerId,
    4,
    ({ seen }) => ({ transactionalId: seen.name, transactionTimeoutMs: 0 }),
    wholly(53, 50, 53),
    'of a transactional id',
  ),
  row(
    InitProducerId,
    4,
    ({ hidden }) => ({ transactionalId: hidden.name, transactionTimeoutMs: 0 }),
    wholly(53, 53, 53),
    'of a transactional id of others',
  ),
  row(
    AddPartitionsToTxn,
    3,
    (names) => ({
      v3AndBelowTransactionalId: names.seen.name,
      v3AndBelowProducerId: 1,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: both(names, ({ name }) => ({ name, partitions: [0] })),
    }),
    { bob: neverSeen, alice: ['hidden 29', 'seen 55'], carol: neverSeen },
  ),
  row(
    AddOffsetsToTxn,
    3,
    ({ seen, hidden }) => ({ transactionalId: seen.name, groupId: hidden.name, ...producer }),
    wholly(53, 30, 53),
  ),
  row(
    EndTxn,
    3,
    ({ hidden }) => ({ transactionalId: hidden.name, committed: true, ...producer }),
    wholly(53, 53, 53),
  ),
  row(
    TxnOffsetCommit,
    3,
    (names) => ({
      transactionalId: names.seen.name,
      groupId: names.hidden.name,
      ...producer,
      topics: both(names, ({ name }) => ({ name, partitions: [{ partitionIndex: 0, committedOffset: 0 }] })),
    }),
    { bob: neverSeen, alice: ['hidden 30', 'seen 30'], carol: neverSeen },
  ),
  row(
    WriteTxnMarkers,
    1,
    ({ missing: name }) => ({
      markers: [{ ...producer, transactionResult: true, topics: [{ name, partitionIndexes: [0] }] }],
    }),
    { bob: ['missing 31'], alice: ['missing 31'], carol: ['missing 3'] },
  ),
  row(DescribeTransactions, 0, ({ hidden }) => ({ transactionalIds: [hidden.name] }), {
    bob: ['hidden 53'],
    alice: ['hidden 53'],
    carol: ['hidden 53'],
  }),
]

/** Everybody may have a token; nobody makes one for somebody else whom no ACL lets do that. */
export const tokenRows: readonly Row[] = [
  row(CreateDelegationToken, 3, () => ({ renewers: [], maxLifetimeMs: -1 }), wholly(0, 0, 0)),
  row(
    CreateDelegationToken,
    3,
    () => ({ ...owner, renewers: [], maxLifetimeMs: -1 }),
    wholly(65, 0, 65),
    'for somebody else',
  ),
  row(RenewDelegationToken, 2, () => ({ hmac, renewPeriodMs: -1 }), wholly(62, 62, 62)),
  row(ExpireDelegationToken, 2, () => ({ hmac, expiryTimePeriodMs: -1 }), wholly(62, 62, 62)),
]
