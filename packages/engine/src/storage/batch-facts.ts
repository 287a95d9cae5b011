import {
  ControlRecordType,
  controlRecordType,
  endTransactionCoordinatorEpoch,
  readRecords,
  RecordBatch,
} from '@sluice/wire'
import type { ProducerBatchFacts, TransactionMarker } from './producer-check.ts'
import type { BatchPlace } from './segment.ts'

/** All that the log keeps of a batch, read from its header (and, for a control batch, its record). */
export interface BatchFacts extends BatchPlace, ProducerBatchFacts {
  leaderEpoch: number
}

export function readBatchFacts(b: Buffer, at: number, size: number, marker = readMarker(b, at)): BatchFacts {
  const baseOffset = RecordBatch.baseOffset(b, at)
  return {
    baseOffset,
    lastOffset: baseOffset + RecordBatch.lastOffsetDelta(b, at),
    size,
    maxTimestamp: RecordBatch.maxTimestamp(b, at),
    leaderEpoch: RecordBatch.partitionLeaderEpoch(b, at),
    producerId: RecordBatch.producerId(b, at),
    producerEpoch: RecordBatch.producerEpoch(b, at),
    baseSequence: RecordBatch.baseSequence(b, at),
    lastSequence: RecordBatch.lastSequence(b, at),
    isTransactional: RecordBatch.isTransactional(b, at),
    marker,
  }
}

/** What a control batch says of a transaction's end; null for every other batch. */
export function readMarker(b: Buffer, at: number): TransactionMarker | null {
  if (!RecordBatch.isControl(b, at) || RecordBatch.producerId(b, at) < 0) return null
  const record = readRecords(b, at)[0]
  if (!record) return null
  const type = controlRecordType(record.key)
  if (type !== ControlRecordType.abort && type !== ControlRecordType.commit) return null
  const coordinatorEpoch = endTransactionCoordinatorEpoch(record.value)
  return coordinatorEpoch === null ? null : { commit: type === ControlRecordType.commit, coordinatorEpoch }
}

/** Whether the producer's state follows from this batch: not from control batches that end no transaction. */
export function concernsProducer(facts: BatchFacts, isControl: boolean): boolean {
  return facts.producerId >= 0 && (!isControl || facts.marker !== null)
}
