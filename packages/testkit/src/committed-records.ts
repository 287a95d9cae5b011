import { fetchPartition, IsolationLevel, throwOnError, type Connection } from '@sluice/client'
import {
  batchesIn,
  ControlRecordType,
  controlRecordType,
  readRecordsAsync,
  RecordBatch,
  type RecordView,
} from '@sluice/wire'

/**
 * The records of a partition from `start` on, before `end`, as a consumer with `read_committed` has them: none of a
 * transaction that is open, or was aborted.
 *
 * The answer names the transactions that were aborted, each by its producer and first offset. From there on the producer's
 * batches are left out, up to the marker that ends it.
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
    const bytes = answer.records ?? Buffer.alloc(0)
    const aborted = (answer.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
      producerId,
      firstOffset: Number(firstOffset),
    }))
    const next = await collect(bytes, aborted, at, found)
    if (next <= at) break
    at = next
  }
  return found.filter(({ offset }) => offset < end)
}

type Aborted = { readonly producerId: unknown; readonly firstOffset: number }

/** Gives the offset behind the last batch. */
async function collect(
  bytes: Buffer,
  aborted: Aborted[],
  from: number,
  found: RecordView[],
): Promise<number> {
  const ended = new Set<Aborted>()
  let next = from
  for (const { at } of batchesIn(bytes)) {
    const producerId = RecordBatch.producerId(bytes, at)
    const lastOffset = RecordBatch.lastOffset(bytes, at)
    next = lastOffset + 1
    const of = aborted.find(
      (one) => one.producerId === producerId && one.firstOffset <= lastOffset && !ended.has(one),
    )
    if (RecordBatch.isControl(bytes, at)) {
      const [marker] = await readRecordsAsync(bytes, at)
      if (of && controlRecordType(marker?.key ?? null) === ControlRecordType.abort) ended.add(of)
    } else if (!of || !RecordBatch.isTransactional(bytes, at))
      for (const record of await readRecordsAsync(bytes, at)) if (record.offset >= from) found.push(record)
  }
  return next
}
