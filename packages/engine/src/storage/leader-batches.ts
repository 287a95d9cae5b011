import { ErrorCode, RecordBatch } from '@sluice/wire'
import { type BatchFacts, readBatchFacts } from './batch-facts.ts'
import type { Rejected } from './record-checks.ts'

/** Whole batches that a leader has made, one by one. */
interface LeaderBatches {
  readonly kind: 'batches'
  readonly batches: Buffer[]
  readonly facts: BatchFacts[]
}

/** Takes apart what a leader has sent; its first batch must begin at `logEndOffset` or after it. */
export function readLeaderBatches(bytes: Buffer, logEndOffset: number): LeaderBatches | Rejected {
  const batches: Buffer[] = []
  const facts: BatchFacts[] = []
  let next = logEndOffset
  for (let at = 0; at < bytes.length; ) {
    const size = RecordBatch.frameAt(bytes, at, bytes.length)
    // A fetch may have cut off the last batch.
    if (size === RecordBatch.BatchFrame.incomplete) break
    const fault = faultOf(bytes, at, size, next)
    if (fault) return { kind: 'rejected', ...fault, recordErrors: [] }
    const batch = readBatchFacts(bytes, at, size)
    batches.push(at === 0 && size === bytes.length ? bytes : bytes.subarray(at, at + size))
    facts.push(batch)
    next = batch.lastOffset + 1
    at += size
  }
  return { kind: 'batches', batches, facts }
}

function faultOf(
  bytes: Buffer,
  at: number,
  size: number,
  next: number,
): { error: ErrorCode; message: string } | null {
  const corrupt = ErrorCode.CORRUPT_MESSAGE
  if (size === RecordBatch.BatchFrame.invalid || RecordBatch.magic(bytes, at) !== RecordBatch.currentMagic)
    return { error: corrupt, message: `There is no record batch of magic 2 at ${at}.` }
  if (!RecordBatch.isCrcValid(bytes, at, size))
    return { error: corrupt, message: `The checksum of the record batch at ${at} does not fit its content.` }
  const baseOffset = RecordBatch.baseOffset(bytes, at)
  if (baseOffset < next)
    return {
      error: ErrorCode.OFFSET_OUT_OF_RANGE,
      message: `The batch at offset ${baseOffset} does not follow the log's end ${next}.`,
    }
  return null
}
