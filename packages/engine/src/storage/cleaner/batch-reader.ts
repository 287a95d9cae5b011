import type { DiskFile } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import { CorruptLogError } from '../batch-scan.ts'
import type { Pace } from './pace.ts'
import { awaited, type Work } from './work.ts'

/** Reads the batches of a closed segment one by one, off the event loop: they may have left the page cache long ago. */
export class BatchReader {
  readonly #file: DiskFile
  readonly #end: number
  readonly #pace: Pace
  buffer: Buffer
  /** Of the batch where it stands. */
  at = 0
  size = 0
  /** What `buffer` holds, and where in the file the bytes behind it stand. */
  #filled = 0
  #position: number

  /** From the batch at `position` to `end`; the caller keeps the file open. */
  constructor(
    file: DiskFile,
    { position, end, bufferBytes, pace }: { position: number; end: number; bufferBytes: number; pace: Pace },
  ) {
    this.#file = file
    this.#position = position
    this.#end = end
    this.#pace = pace
    this.buffer = Buffer.allocUnsafe(Math.min(bufferBytes, end - position))
  }

  /**
   * Goes to the next batch, whose bytes stay until the next call; false at the end. Throws CorruptLogError for what is
   * none: a new checksum would make it a good one.
   */
  *next(): Work<boolean> {
    this.at += this.size
    this.size = 0
    for (;;) {
      const size = RecordBatch.frameAt(this.buffer, this.at, this.#filled)
      if (size === RecordBatch.BatchFrame.invalid) throw this.#corrupt()
      if (size > 0) {
        this.size = size
        if (RecordBatch.magic(this.buffer, this.at) !== RecordBatch.currentMagic) throw this.#corrupt()
        if (!RecordBatch.isCrcValid(this.buffer, this.at, size)) throw this.#corrupt()
        return true
      }
      if (this.#position === this.#end) {
        if (this.at < this.#filled) throw this.#corrupt()
        return false
      }
      yield* this.#fill()
    }
  }

  *#fill(): Work<void> {
    const left = this.#filled - this.at
    const hasLength = left >= RecordBatch.logOverheadBytes
    const needed = hasLength ? RecordBatch.sizeInBytes(this.buffer, this.at) : RecordBatch.headerBytes
    if (needed > left + this.#end - this.#position) throw this.#corrupt()
    const target = needed > this.buffer.length ? Buffer.allocUnsafe(needed) : this.buffer
    this.buffer.copy(target, 0, this.at, this.#filled)
    this.buffer = target
    this.at = 0
    const length = Math.min(target.length - left, this.#end - this.#position)
    const read = yield* awaited(this.#file.read(target, left, length, this.#position))
    this.#filled = left + read
    this.#position += read
    if (read === 0) throw this.#corrupt()
    yield* this.#pace.took(read)
  }

  #corrupt(): CorruptLogError {
    return new CorruptLogError(this.#file.path, this.#position - (this.#filled - this.at))
  }
}
