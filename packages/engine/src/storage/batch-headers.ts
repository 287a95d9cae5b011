import type { DiskFile } from '@sluice/effects'
import { type Int64, RecordBatch } from '@sluice/wire'
import {
  CorruptLogError,
  type HeaderCursor,
  readHeader,
  scanHeaders,
  scanHeadersInSteps,
} from './batch-scan.ts'
import type { Steps } from './slices.ts'

// What the headers of a file's batches say, from the start of one of them up to `size`.

/** What a batch says of itself. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly leaderEpoch: number
}

/** The batch at `position`; null at the end. */
export function batchHeader(file: DiskFile, position: number, size: number): BatchHeader | null {
  return readHeader(file, position, size, factsOf) ?? null
}

/** The last one; null where there is none. Throws CorruptLogError where it is not whole. */
export function lastBatch(file: DiskFile, from: number, size: number): BatchHeader | null {
  let last: BatchHeader | null = null
  scanHeaders(file, from, size, (header) => {
    const end = header.position + header.size
    if (end > size) throw new CorruptLogError(file.path, header.position)
    if (end === size) last = factsOf(header)
    return true
  })
  return last
}

/** The last one that is whole, in steps; null where not even the first of them is. */
export function* lastWholeBatch(file: DiskFile, from: number, size: number): Steps<BatchHeader | null> {
  let last: BatchHeader | null = null
  try {
    yield* scanHeadersInSteps(file, from, size, (header) => {
      if (header.position + header.size > size) return false
      last = factsOf(header)
      return true
    })
  } catch (error) {
    if (!(error instanceof CorruptLogError)) throw error
  }
  return last
}

function factsOf({ buffer, at }: HeaderCursor): BatchHeader {
  return {
    baseOffset: RecordBatch.baseOffset(buffer, at),
    nextOffset: RecordBatch.nextOffset(buffer, at),
    leaderEpoch: RecordBatch.partitionLeaderEpoch(buffer, at),
  }
}

/** The largest timestamp, and the last offset of its batch, where none is larger that is `known` already. */
export function largestTimestamp(
  file: DiskFile,
  from: number,
  size: number,
  known: { timestamp: Int64; offset: number },
): { timestamp: Int64; offset: number } {
  let largest = known
  scanHeaders(file, from, size, ({ buffer, at }) => {
    const timestamp = RecordBatch.maxTimestamp(buffer, at)
    if (timestamp > largest.timestamp) largest = { timestamp, offset: RecordBatch.lastOffset(buffer, at) }
    return true
  })
  return largest
}
