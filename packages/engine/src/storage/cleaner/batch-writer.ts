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

/** Writes batches to a segment that nobody reads yet, many with one call. */
export class BatchWriter {
  readonly #segment: Segment
  readonly #pace: Pace
  readonly #buffer: Buffer
  #filled = 0
  #places: BatchPlace[] = []

  constructor(segment: Segment, { bufferBytes, pace }: { bufferBytes: number; pace: Pace }) {
    this.#segment = segment
    this.#pace = pace
    this.#buffer = Buffer.allocUnsafe(bufferBytes)
  }

  *add(batch: Buffer): Work<void> {
    if (this.#filled + batch.length > this.#buffer.length) yield* this.end()
    this.#places.push({
      baseOffset: RecordBatch.baseOffset(batch, 0),
      lastOffset: RecordBatch.lastOffset(batch, 0),
      size: batch.length,
      maxTimestamp: RecordBatch.maxTimestamp(batch, 0),
    })
    if (batch.length > this.#buffer.length) yield* this.#write(batch)
    else this.#filled += batch.copy(this.#buffer, this.#filled)
  }

  /** Writes what is left. */
  *end(): Work<void> {
    yield* this.#write(this.#buffer.subarray(0, this.#filled))
    this.#filled = 0
  }

  *#write(bytes: Buffer): Work<void> {
    if (bytes.length === 0) return
    if (this.#segment.size + bytes.length > segmentBytesMax)
      throw new SegmentOverflowError(`${this.#segment.filePath()} would be too large`)
    this.#segment.write([bytes])
    for (const place of this.#places) this.#segment.noteAppended(place)
    this.#places = []
    yield* this.#pace.took(bytes.length)
  }
}
