import type { Int64 } from '../int64.ts'
import { type BatchInput, buildBatchSync } from './builder.ts'

/** What a control record is, as its key says: int16 version 0, int16 type. */
export const ControlRecordType = {
  abort: 0,
  commit: 1,
  leaderChange: 2,
  snapshotHeader: 3,
  snapshotFooter: 4,
  kraftVersion: 5,
  kraftVoters: 6,
} as const
export type ControlRecordType = (typeof ControlRecordType)[keyof typeof ControlRecordType]

function controlRecordKey(type: ControlRecordType): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(type, 2)
  return key
}

/** The type in a control record's key, null where the key is none; a type that we do not know is returned as is. */
export function controlRecordType(key: Buffer | null): number | null {
  // Keys of later versions may grow at their end.
  return key !== null && key.length >= 4 && key.readInt16BE(0) >= 0 ? key.readInt16BE(2) : null
}

/** One control batch of the given control records, e.g. LEADER_CHANGE with its encoded message. */
export function controlBatch(
  records: readonly { type: ControlRecordType; value: Uint8Array }[],
  input: Omit<BatchInput, 'records' | 'isControl' | 'codec'>,
): Buffer {
  return buildBatchSync({
    ...input,
    records: records.map(({ type, value }) => ({ key: controlRecordKey(type), value })),
    isControl: true,
  })
}

/** How a transaction has ended, as a marker in each of its partitions says it (KIP-98). */
export interface TransactionEnd {
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly commit: boolean
}

/** The marker: a control batch of one record, transactional, without a sequence. */
export function endTransactionBatch(end: TransactionEnd, input: Omit<BatchInput, 'records'>): Buffer {
  const value = Buffer.alloc(6)
  value.writeInt32BE(end.coordinatorEpoch, 2)
  const type = end.commit ? ControlRecordType.commit : ControlRecordType.abort
  const { producerId, producerEpoch } = end
  return controlBatch([{ type, value }], { ...input, producerId, producerEpoch, isTransactional: true })
}

/** The coordinator epoch in an end marker's value, null where it is none. */
export function endTransactionCoordinatorEpoch(value: Buffer | null): number | null {
  return value !== null && value.length >= 6 && value.readInt16BE(0) >= 0 ? value.readInt32BE(2) : null
}
