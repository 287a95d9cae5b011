import type { DiskFile } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import type { Steps } from './slices.ts'

/** Small enough to cost as little as one header, large enough for the small batches of an index interval. */
const headerChunkBytes = 4096

/** Shared by all scans: they are synchronous and never nest. */
const headerChunk = Buffer.allocUnsafe(headerChunkBytes)

/** Large reads for scans that look at every byte; a chunk of the smallest batches takes a few milliseconds. */
const contentChunkBytes = 256 * 1024

/** Each may take a read of its own. */
const headersPerStep = 250

/**
 * Where a walk over batch headers stands. Valid until the next walk starts; `buffer` at `at` holds the header's
 * first bytes (all 61 of them unless the file ends before).
 */
export interface HeaderCursor {
  buffer: Buffer
  at: number
  position: number
  size: number
}

const cursor: HeaderCursor = { buffer: headerChunk, at: 0, position: 0, size: 0 }

/**
 * Reads the headers of the batches in a file from `position` on, in order, while `visit` answers true. Returns
 * the position of the batch where it stopped, `end` if none did. The log below `end` is whole batches.
 */
export function scanHeaders(
  file: DiskFile,
  position: number,
  end: number,
  visit: (cursor: HeaderCursor) => boolean,
): number {
  let chunkStart = position
  let chunkEnd = position
  for (let at = position; at < end; ) {
    if (at + RecordBatch.headerBytes > chunkEnd) {
      chunkStart = at
      chunkEnd = at + file.readSync(headerChunk, 0, Math.min(headerChunkBytes, end - at), at)
    }
    const length =
      chunkEnd - at < RecordBatch.logOverheadBytes
        ? -1
        : RecordBatch.batchLength(headerChunk, at - chunkStart)
    if (length < RecordBatch.headerBytes - RecordBatch.logOverheadBytes)
      throw new CorruptLogError(file.path, at)
    cursor.at = at - chunkStart
    cursor.position = at
    cursor.size = length + RecordBatch.logOverheadBytes
    if (!visit(cursor)) return at
    at += cursor.size
  }
  return end
}

/** What `read` says of the header at `position`; undefined where the log ends. */
export function readHeader<Fact>(
  file: DiskFile,
  position: number,
  end: number,
  read: (cursor: HeaderCursor) => Fact,
): Fact | undefined {
  let found: Fact | undefined
  scanHeaders(file, position, end, (header) => {
    found = read(header)
    return false
  })
  return found
}

/** The same in steps of some headers each. The caller keeps the file open meanwhile. */
export function* scanHeadersInSteps(
  file: DiskFile,
  position: number,
  end: number,
  visit: (cursor: HeaderCursor) => boolean,
): Steps<number> {
  for (let at = position; at < end; ) {
    let left = headersPerStep
    let goesOn = true
    at = scanHeaders(file, at, end, (header) => {
      if (left-- === 0) return false
      goesOn = visit(header)
      return goesOn
    })
    if (!goesOn) return at
    yield
  }
  return end
}

/** A log file that does not hold what was written: an operating error, which takes the partition offline. */
export class CorruptLogError extends Error {
  override name = 'CorruptLogError'

  constructor(path: string, position: number) {
    super(`no record batch at position ${position} of ${path}`)
  }
}

/**
 * Hands whole batches of a file to `visit`, with all their bytes, in order, while it answers true. Stops before
 * bytes that are no whole batch (a torn tail, garbage). Returns the position where it stopped. The bytes are
 * only valid during the call. Each step takes what one read gives; the caller keeps the file open meanwhile.
 */
export function* scanBatches(
  file: DiskFile,
  position: number,
  end: number,
  visit: (buffer: Buffer, at: number, size: number, position: number) => boolean,
): Steps<number> {
  let chunk = Buffer.allocUnsafe(Math.max(0, Math.min(contentChunkBytes, end - position)))
  let at = position
  while (at < end) {
    const read = file.readSync(chunk, 0, Math.min(chunk.length, end - at), at)
    let consumed = 0
    for (;;) {
      const size = RecordBatch.frameAt(chunk, consumed, read)
      if (size === RecordBatch.BatchFrame.invalid) return at + consumed
      if (size === RecordBatch.BatchFrame.incomplete) break
      if (!visit(chunk, consumed, size, at + consumed)) return at + consumed
      consumed += size
    }
    at += consumed
    yield
    if (consumed > 0) continue
    // The batch is larger than the chunk, or cut off by the end of the file.
    if (read < RecordBatch.logOverheadBytes) return at
    const size = RecordBatch.batchLength(chunk, 0) + RecordBatch.logOverheadBytes
    if (size > end - at || read < chunk.length || size <= chunk.length) return at
    chunk = Buffer.allocUnsafe(size)
  }
  return at
}
