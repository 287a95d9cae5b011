import type { DiskFile } from '@sluice/effects'
import type { CachedFile } from './file-cache.ts'
import type { LogStore } from './log-store.ts'

/**
 * Whole batches in a log file. The file stays open and readable until `release`, also when retention removes its
 * segment meanwhile.
 */
export class FetchSlice {
  readonly file: DiskFile
  readonly position: number
  readonly length: number
  /** One after the last offset in the slice: where the next read begins. */
  readonly endOffset: number
  #cached: CachedFile | null

  constructor(cached: CachedFile, position: number, length: number, endOffset: number) {
    this.file = cached.pin()
    this.#cached = cached
    this.position = position
    this.length = length
    this.endOffset = endOffset
  }

  release(): void {
    this.#cached?.unpin()
    this.#cached = null
  }
}

/**
 * Batches from the one that holds `startOffset` on, all of them wholly below `upTo`, at most `maxBytes` of them,
 * or one larger one if `minOneBatch`. One segment's at most. Null if there are none.
 */
export function readSlice(
  store: LogStore,
  startOffset: number,
  maxBytes: number,
  upTo: number,
  minOneBatch: boolean,
): FetchSlice | null {
  const bound = Math.min(upTo, store.endOffset)
  const start = Math.max(startOffset, store.logStartOffset)
  if (start >= bound) return null
  for (let index = store.floorIndex(start); index < store.segments.length; index++) {
    const segment = store.segmentAt(index)
    if (segment.baseOffset >= bound) return null
    const position = segment.positionOf(start)
    // Compaction may have left a gap at the end of the segment.
    if (position >= segment.size) continue
    return readSegment(store, index, position, maxBytes, bound, minOneBatch)
  }
  return null
}

function readSegment(
  store: LogStore,
  index: number,
  position: number,
  maxBytes: number,
  bound: number,
  minOneBatch: boolean,
): FetchSlice | null {
  const segment = store.segmentAt(index)
  const segmentEnd = store.segmentEnd(index)
  const end = bound >= segmentEnd ? segment.size : segment.positionOf(bound)
  if (end <= position) return null
  let cut = segment.boundaryBelow(position, maxBytes, end)
  if (cut === position) {
    if (!minOneBatch) return null
    cut = Math.min(end, position + segment.sizeOfBatchAt(position))
  }
  const endOffset =
    cut === end ? Math.min(bound, segmentEnd) : (segment.baseOffsetAt(cut) ?? Math.min(bound, segmentEnd))
  if (cut < segment.size) segment.rememberRead(endOffset, cut)
  return new FetchSlice(segment.file, position, cut - position, endOffset)
}
