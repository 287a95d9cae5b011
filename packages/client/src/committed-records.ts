import {
  batchesIn,
  ControlRecordType,
  controlRecordType,
  type Int64,
  readRecordsAsync,
  RecordBatch,
  type RecordView,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { throwOnError } from './errors.ts'
import { fetchPartition, IsolationLevel } from './fetch.ts'

/** A record with what its batch says of it. */
export interface BatchedRecord extends RecordView {
  readonly leaderEpoch: number
  readonly producerId: Int64
  readonly producerEpoch: number
  /** Codec id. */
  readonly codec: number
  readonly isTransactional: boolean
  readonly timestampType: 0 | 1
}

interface AbortedTransaction {
  readonly producerId: Int64
  readonly firstOffset: Int64
}

/**
 * The records of a partition from `start` on, before `end`, as a consumer with `read_committed` has them: none of a
 * transaction that is open, or was aborted.
 */
export async function committedRecords(
  connection: Connection,
  topic: string,
  partition: number,
  { start, end }: { start: number; end: number },
): Promise<RecordView[]> {
  const found: RecordView[] = []
  for (let at = start; at < end; ) {
    const isolationLevel = IsolationLevel.readCommitted
    const answer = await fetchPartition(connection, topic, partition, at, { maxWaitMs: 0, isolationLevel })
    throwOnError(answer.errorCode)
    const { records, next } = await recordsWithin(answer.records, answer.abortedTransactions ?? [], at)
    found.push(...records)
    if (next <= at) break
    at = next
  }
  return found.filter(({ offset }) => offset < end)
}

/**
 * The records of fetched batches from `from` on, and the offset behind the last batch. The answer names the transactions
 * that were aborted, each by its producer and first offset: from there on the producer's batches are left out, up to the
 * marker that ends it. Control records never show.
 */
export async function recordsWithin(
  batches: Buffer | null,
  abortedTransactions: readonly AbortedTransaction[],
  from: number,
): Promise<{ records: BatchedRecord[]; next: number }> {
  const bytes = batches ?? Buffer.alloc(0)
  const ended = new Set<AbortedTransaction>()
  const records: BatchedRecord[] = []
  let next = from
  for (const { at } of batchesIn(bytes)) {
    const producerId = RecordBatch.producerId(bytes, at)
    const lastOffset = RecordBatch.lastOffset(bytes, at)
    next = Math.max(next, lastOffset + 1)
    const of = abortedTransactions.find(
      (one) => one.producerId === producerId && one.firstOffset <= lastOffset && !ended.has(one),
    )
    if (RecordBatch.isControl(bytes, at)) {
      const [marker] = await readRecordsAsync(bytes, at)
      if (of && controlRecordType(marker?.key ?? null) === ControlRecordType.abort) ended.add(of)
    } else if (!of || !RecordBatch.isTransactional(bytes, at)) {
      const facts = factsOf(bytes, at)
      for (const record of await readRecordsAsync(bytes, at))
        if (record.offset >= from) records.push({ ...record, ...facts })
    }
  }
  return { records, next }
}

function factsOf(bytes: Buffer, at: number) {
  return {
    leaderEpoch: RecordBatch.partitionLeaderEpoch(bytes, at),
    producerId: RecordBatch.producerId(bytes, at),
    producerEpoch: RecordBatch.producerEpoch(bytes, at),
    codec: RecordBatch.codec(bytes, at),
    isTransactional: RecordBatch.isTransactional(bytes, at),
    timestampType: RecordBatch.timestampType(bytes, at),
  }
}
