import {
  coordinatorRecordType,
  decodeCoordinatorRecord,
  encodeCoordinatorKey,
  encodeCoordinatorValue,
  TransactionLogRecord,
  type TransactionLogValue,
  transactionState,
  type ValueOf,
} from '@sluice/wire'
import type { RecordCodec } from '../runtime.ts'
import { noEpoch, type Transaction, TransactionState } from './transaction.ts'

/** A record of `__transaction_state`; null for an id that is forgotten. */
export interface TransactionRecord {
  readonly transactionalId: string
  readonly transaction: Transaction | null
}

type Value = ValueOf<typeof TransactionLogValue>

/** The level of transaction.version decides how values are written: before 1 nothing knows tagged fields. */
export function transactionRecordCodec(transactionVersion: () => number): RecordCodec<TransactionRecord> {
  return {
    encode: ({ transactionalId, transaction }) => ({
      key: encodeCoordinatorKey(TransactionLogRecord, { transactionalId }),
      value: transaction && encodeTransaction(transaction, transactionVersion()),
    }),
    decode: (key, value) => {
      if (!transactionState.byType.has(coordinatorRecordType(key))) return null
      const record = decodeCoordinatorRecord(transactionState, key, value)
      const { transactionalId } = record.key
      return { transactionalId, transaction: record.value && transactionOf(transactionalId, record.value) }
    },
  }
}

function encodeTransaction(transaction: Transaction, transactionVersion: number): Buffer {
  const { partitions, state } = transaction
  const value = {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: state,
    transactionPartitions:
      state === TransactionState.empty
        ? null
        : [...partitions].map(([topic, indexes]) => ({ topic, partitionIds: [...indexes] })),
    transactionLastUpdateTimestampMs: transaction.lastUpdateMs,
    transactionStartTimestampMs: transaction.startMs,
  }
  if (transactionVersion < 1) return encodeCoordinatorValue(TransactionLogRecord, 0, value)
  const { previousProducerId, nextProducerId, clientTransactionVersion } = transaction
  return encodeCoordinatorValue(TransactionLogRecord, 1, {
    ...value,
    previousProducerId,
    nextProducerId,
    clientTransactionVersion,
  })
}

function transactionOf(transactionalId: string, value: Value): Transaction {
  return {
    transactionalId,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: noEpoch,
    timeoutMs: value.transactionTimeoutMs,
    state: value.transactionStatus as TransactionState,
    partitions: new Map(
      (value.transactionPartitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]),
    ),
    startMs: value.transactionStartTimestampMs,
    lastUpdateMs: value.transactionLastUpdateTimestampMs,
    clientTransactionVersion: value.clientTransactionVersion,
  }
}
