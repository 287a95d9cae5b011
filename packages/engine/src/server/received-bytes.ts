/** All connections read into this buffer; what a read leaves unfinished moves to a buffer of the connection. */
const sharedBytes = 262_144
/** Room behind an unfinished frame, so that the frames after it come with the same read. */
const slackBytes = 65_536
/** Of an unfinished request so much is given room ahead of its bytes; a larger one grows by doubling. */
const reservedBytesMax = 2_097_152

const noBuffer = Buffer.alloc(0)
let sharedBuffer: Buffer | undefined

/**
 * The memory of an unfinished frame that was handled, for the next one of any connection: fresh memory for each batch of a
 * megabyte keeps the garbage collector busy with the whole heap.
 */
let spareBuffer: Buffer | null = null

/**
 * What has come of one connection and waits to be handled. A read lands in a buffer that all connections share; what it leaves
 * unfinished moves to a buffer of the connection's own, which goes when that has been handled: an idle connection holds none.
 */
export class ReceivedBytes {
  #own: Buffer | undefined
  /** Where the network writes the next bytes, and from where on. */
  #target: Buffer = noBuffer
  #targetAt = 0
  #length = 0

  /** Bytes that wait, from the beginning of their buffer on. */
  get length(): number {
    return this.#length
  }

  /** What an earlier read has left. */
  get kept(): Buffer | undefined {
    return this.#own
  }

  /** Where the next bytes shall be written. The network asks for it early: before those that came last are handled. */
  space(): Uint8Array {
    sharedBuffer ??= Buffer.allocUnsafeSlow(sharedBytes)
    this.#target = this.#own ?? sharedBuffer
    this.#targetAt = this.#length
    return this.#length === 0 ? this.#target : this.#target.subarray(this.#length)
  }

  /** Is there no more room behind so many bytes? Then there may be more of them. */
  isFilledBy(length: number): boolean {
    return length === this.#target.length - this.#targetAt
  }

  /** So many bytes have come. Returns the buffer that holds what waits and, after it, them. */
  came(length: number): Buffer {
    const buffer = this.#gathered(length)
    this.#length += length
    return buffer
  }

  /** If frames were handled since the network has asked, the bytes have come to a place that is not theirs. */
  #gathered(length: number): Buffer {
    const buffer = this.#own ?? (sharedBuffer as Buffer)
    if (this.#target === buffer && this.#targetAt === this.#length) return buffer
    const bytes = this.#target.subarray(this.#targetAt, this.#targetAt + length)
    if (buffer.length - this.#length >= length) {
      bytes.copy(buffer, this.#length)
      return buffer
    }
    const grown = Buffer.allocUnsafeSlow(this.#length + length + slackBytes)
    buffer.copy(grown, 0, 0, this.#length)
    bytes.copy(grown, this.#length)
    this.#own = grown
    return grown
  }

  /**
   * What is before `at` was handled: the rest goes where the next read continues it. `missing` is how much the frame there
   * lacks; of a stranger that size is only a promise, and beyond a little memory is given to bytes that have come.
   */
  keepFrom(buffer: Buffer, at: number, missing: number, isStranger: boolean): void {
    const rest = this.#length - at
    this.#length = rest
    if (rest === 0) {
      this.#own = undefined
      return
    }
    const wanted = Math.max(missing, slackBytes)
    const own = this.#own
    if (
      own &&
      own.length - rest >= Math.min(wanted, reservedBytesMax / 2) &&
      own.length <= 4 * (rest + wanted)
    ) {
      if (at > 0) own.copyWithin(0, at, at + rest)
      return
    }
    const trusted = isStranger ? slackBytes : reservedBytesMax
    const reserved = Math.min(wanted, Math.max(trusted, rest))
    const grown = memoryOf(rest + reserved + (missing > 0 ? slackBytes : 0))
    buffer.copy(grown, 0, at, at + rest)
    this.#own = grown
  }

  /** Nothing of it is wanted any more. */
  drop(): void {
    this.#length = 0
    this.#own = undefined
  }

  /** The read that brought this buffer has been handled, and the network is about to be told of another one. */
  leave(buffer: Buffer): void {
    if (buffer === this.#own || buffer === sharedBuffer) return
    if (buffer.length <= reservedBytesMax) spareBuffer = buffer
  }
}

/** At least so much, and not much more. */
function memoryOf(bytes: number): Buffer {
  const spare = spareBuffer
  if (!spare || spare.length < bytes || spare.length > 4 * bytes) return Buffer.allocUnsafeSlow(bytes)
  spareBuffer = null
  return spare
}
