import type { DiskFile } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import type { Segment } from './segment.ts'
import type { Steps } from './slices.ts'

/** A part of a log that is about to be cut off. */
export interface LostTail {
  /** The first offset that is lost. */
  readonly offset: number
  /** One after the last record that is known to be behind it; `offset` where nothing is known. */
  readonly endOffset: number
  readonly bytes: number
  /** Whole batches follow the broken one: no interrupted write leaves a log so. */
  readonly holdsBatches: boolean
  /** Where the bytes stand, in order. */
  readonly pieces: readonly TailPiece[]
}

interface TailPiece {
  readonly segment: Segment
  readonly from: number
  readonly to: number
}

/** What is searched at a time. */
const windowBytes = 256 * 1024
/** No request brings a larger batch by default (socket.request.max.bytes). */
const batchBytesMax = 104_857_600
/** Garbage that looks like a batch mostly has offsets that are further away. */
const offsetsAwayMax = 2 ** 31

/** Looks at what the log had from `position` of the first segment on, and in all of the later ones. */
export function* lostTail(segments: readonly Segment[], position: number, offset: number): Steps<LostTail> {
  const pieces: TailPiece[] = []
  let endOffset = offset
  let holdsBatches = false
  for (const [at, segment] of segments.entries()) {
    const from = at === 0 ? position : 0
    const file = segment.file.pin()
    try {
      const to = file.sizeSync()
      pieces.push({ segment, from, to })
      endOffset = Math.max(endOffset, claimedEnd(file, from, to, offset))
      const behind = yield* endOfBatches(file, from, to, offset)
      if (behind === null) continue
      holdsBatches = true
      endOffset = Math.max(endOffset, behind)
    } finally {
      segment.file.unpin()
    }
  }
  const bytes = pieces.reduce((sum, { from, to }) => sum + to - from, 0)
  return { offset, endOffset, bytes, holdsBatches, pieces }
}

/** Where the broken batch itself says that it ends, as far as that can be believed. */
function claimedEnd(file: DiskFile, from: number, to: number, offset: number): number {
  const header = Buffer.alloc(RecordBatch.headerBytes)
  if (file.readSync(header, 0, Math.min(header.length, to - from), from) < header.length) return offset
  if (RecordBatch.magic(header, 0) !== RecordBatch.currentMagic) return offset
  const records = RecordBatch.count(header, 0)
  const isSound =
    RecordBatch.baseOffset(header, 0) === offset && records === RecordBatch.lastOffsetDelta(header, 0) + 1
  return isSound && records > 0 && records < to - from ? offset + records : offset
}

/** One after the last record of whole batches; null where there are none. Any byte may begin one. */
function* endOfBatches(file: DiskFile, from: number, to: number, offset: number): Steps<number | null> {
  let found: number | null = null
  let window = Buffer.alloc(windowBytes)
  for (let start = from; to - start >= RecordBatch.headerBytes; ) {
    const read = file.readSync(window, 0, Math.min(window.length, to - start), start)
    const { end, searched, needed } = searchWindow(window.subarray(0, read), to - start, offset)
    if (end !== null) found = Math.max(found ?? 0, end)
    start += searched
    if (needed > window.length) window = Buffer.alloc(needed)
    yield
  }
  return found
}

interface Searched {
  readonly end: number | null
  /** The next window begins behind these bytes. */
  readonly searched: number
  /** And has to be so large. */
  readonly needed: number
}

function searchWindow(window: Buffer, left: number, offset: number): Searched {
  let end: number | null = null
  let at = 0
  while (at + RecordBatch.headerBytes <= window.length) {
    const size = sizeOfCandidate(window, at, left, offset)
    if (size !== null && at + size > window.length) return { end, searched: at, needed: size }
    if (size !== null && RecordBatch.isCrcValid(window, at, size)) {
      end = Math.max(end ?? 0, RecordBatch.nextOffset(window, at))
      at += size
    } else at++
  }
  // What is shorter than a header at the end of the file begins no batch.
  return { end, searched: window.length < left ? at : left, needed: 0 }
}

/** Could a batch near `offset` begin here? Its size then. */
function sizeOfCandidate(bytes: Buffer, at: number, left: number, offset: number): number | null {
  if (RecordBatch.magic(bytes, at) !== RecordBatch.currentMagic) return null
  const size = RecordBatch.sizeInBytes(bytes, at)
  if (size < RecordBatch.headerBytes || size > Math.min(left - at, batchBytesMax)) return null
  // Also before it: it may be the offset of the batch in front that is broken.
  if (Math.abs(RecordBatch.baseOffset(bytes, at) - offset) > offsetsAwayMax) return null
  const delta = RecordBatch.lastOffsetDelta(bytes, at)
  const count = RecordBatch.count(bytes, at)
  return delta >= 0 && count >= 0 && count <= delta + 1 ? size : null
}
