import type { DiskFile } from '@sluice/effects'
import { type Int64, RecordBatch } from '@sluice/wire'
import { CorruptLogError, scanHeaders, scanHeadersInSteps } from './batch-scan.ts'
import type { Steps } from './slices.ts'

// What the headers of a file's batches say, from the start of one of them up to `size`.

/** One after the last offset; null where there is no batch. Throws CorruptLogError where the last one is not whole. */
export function endOfBatches(file: DiskFile, from: number, size: number): number | null {
  let next: number | null = null
  scanHeaders(file, from, size, (header) => {
    if (header.position + header.size > size) throw new CorruptLogError(file.path, header.position)
    next = RecordBatch.nextOffset(header.buffer, header.at)
    return true
  })
  return next
}

/** The same of whole batches alone, in steps; null where not even the first of them is whole. */
export function* endOfWholeBatches(file: DiskFile, from: number, size: number): Steps<number | null> {
  let next: number | null = null
  try {
    yield* scanHeadersInSteps(file, from, size, (header) => {
      if (header.position + header.size > size) return false
      next = RecordBatch.nextOffset(header.buffer, header.at)
      return true
    })
  } catch (error) {
    if (!(error instanceof CorruptLogError)) throw error
  }
  return next
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
