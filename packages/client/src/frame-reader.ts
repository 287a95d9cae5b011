const sizeBytes = 4
/** What is left of a frame is read to its place, without a copy, from this size on. */
const roomBytesMin = 65_536
/** A frame's memory is kept for the next one up to this size, until so many small frames in a row did not need it. */
const keptBytesMax = 4_194_304
const smallFramesMax = 20

/**
 * Cuts a stream into frames of an int32 size and so many bytes. Every frame is a Buffer of its own, filled as its
 * bytes come in, so that what a decoder leaves uncopied in it (records) lives as long as it is wanted; or, where frames
 * are reused, until the next one begins to come.
 */
export class FrameReader {
  readonly #bytesMax: number
  readonly #onFrame: (frame: Buffer) => void
  readonly #reusesFrames: boolean
  readonly #size = Buffer.alloc(sizeBytes)
  #sizeFilled = 0
  #frame: Buffer | null = null
  #frameFilled = 0
  /** The memory of the last large frame. */
  #kept: Buffer | null = null
  #smallFrames = 0

  constructor(
    bytesMax: number,
    onFrame: (frame: Buffer) => void,
    { reusesFrames = false }: { reusesFrames?: boolean } = {},
  ) {
    this.#bytesMax = bytesMax
    this.#onFrame = onFrame
    this.#reusesFrames = reusesFrames
  }

  /** The place of what is to come next, where that is much: who has read into it calls `filled`. Else null. */
  get room(): Buffer | null {
    const frame = this.#frame
    return frame && frame.length - this.#frameFilled >= roomBytesMin
      ? frame.subarray(this.#frameFilled)
      : null
  }

  /** So many bytes have come to the `room`. */
  filled(length: number): void {
    const frame = this.#frame
    if (frame) this.#came(frame, length)
  }

  /** Takes what it needs from `chunk`, which the caller may then overwrite. Throws at a size that cannot be. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const frame = this.#frame
      if (frame === null) {
        this.#size[this.#sizeFilled++] = chunk[at++] as number
        if (this.#sizeFilled === sizeBytes) this.#begin(this.#size.readInt32BE())
        continue
      }
      const length = Math.min(chunk.length - at, frame.length - this.#frameFilled)
      frame.set(chunk.subarray(at, at + length), this.#frameFilled)
      at += length
      this.#came(frame, length)
    }
  }

  #begin(size: number): void {
    this.#sizeFilled = 0
    if (size < sizeBytes || size > this.#bytesMax)
      throw new RangeError(`a frame of ${size} bytes; ${this.#bytesMax} are allowed`)
    this.#frame = this.#memory(size)
    this.#frameFilled = 0
  }

  #memory(size: number): Buffer {
    if (!this.#reusesFrames) return Buffer.allocUnsafeSlow(size)
    if (size < roomBytesMin) {
      if (++this.#smallFrames >= smallFramesMax) this.#kept = null
      return Buffer.allocUnsafeSlow(size)
    }
    this.#smallFrames = 0
    if (this.#kept && this.#kept.length >= size) return this.#kept.subarray(0, size)
    // The next one may be somewhat larger.
    const memory = Buffer.allocUnsafeSlow(Math.ceil(size / roomBytesMin) * roomBytesMin)
    this.#kept = memory.length <= keptBytesMax ? memory : null
    return memory.subarray(0, size)
  }

  #came(frame: Buffer, length: number): void {
    this.#frameFilled += length
    if (this.#frameFilled < frame.length) return
    this.#frame = null
    this.#onFrame(frame)
  }
}
