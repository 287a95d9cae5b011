import { RecordBatch } from '@sluice/wire'
import type { BatchPlace, Segment } from '../segment.ts'
import type { Pace } from './pace.ts'
import type { Work } from './work.ts'

/** Positions in an index are int32. */
const segmentBytesMax = 0x7fffffff

/** A cleaned segment would be larger than one can be: what was compressed again is larger than before. */
export class SegmentOverflowError extends Error {
  override name = 'SegmentOverflowError'
}

/** Writes batches to a segment that nobody reads yet, as much with one call as the buffer takes. */
export class BatchWriter {
  readonly #segment: Segment
  readonly #pace: Pace
  readonly #buffer: Buffer
  #filled = 0
  /** Bytes that are written behind the end of the segment: of a batch of which the rest is missing. */
  #behind = 0
  /** Of batches that are not a part of the segment yet. */
  #places: BatchPlace[] = []

  constructor(segment: Segment, { bufferBytes, pace }: { bufferBytes: number; pace: Pace }) {
    this.#segment = segment
    this.#pace = pace
    this.#buffer = Buffer.allocUnsafe(bufferBytes)
  }

  *add(batch: Buffer): Work<void> {
    if (this.#segment.size + this.#behind + this.#filled + batch.length > segmentBytesMax)
      throw new SegmentOverflowError(`${this.#segment.filePath()} would be too large`)
    this.#places.push({
      baseOffset: RecordBatch.baseOffset(batch, 0),
      lastOffset: RecordBatch.lastOffset(batch, 0),
      size: batch.length,
      maxTimestamp: RecordBatch.maxTimestamp(batch, 0),
    })
    for (let at = 0; at < batch.length; ) {
      const copied = batch.copy(this.#buffer, this.#filled, at)
      this.#filled += copied
      at += copied
      if (this.#filled === this.#buffer.length) yield* this.end()
    }
  }

  /** Writes what is left. */
  *end(): Work<void> {
    if (this.#filled === 0) return
    const bytes = this.#filled
    this.#segment.write([this.#buffer.subarray(0, bytes)], this.#behind)
    this.#behind += bytes
    this.#filled = 0
    let whole = 0
    for (const place of this.#places) {
      if (place.size > this.#behind) break
      this.#segment.noteAppended(place)
      this.#behind -= place.size
      whole++
    }
    this.#places = this.#places.slice(whole)
    yield* this.#pace.took(bytes)
    yield
  }
}
