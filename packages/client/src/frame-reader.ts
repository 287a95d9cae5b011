const sizeBytes = 4

/**
 * Cuts a stream into frames of an int32 size and so many bytes. Every frame is a Buffer of its own, filled as its
 * bytes come in, so that what a decoder leaves uncopied in it (records) lives as long as it is wanted.
 */
export class FrameReader {
  readonly #bytesMax: number
  readonly #onFrame: (frame: Buffer) => void
  readonly #size = Buffer.alloc(sizeBytes)
  #sizeFilled = 0
  #frame: Buffer | null = null
  #frameFilled = 0

  constructor(bytesMax: number, onFrame: (frame: Buffer) => void) {
    this.#bytesMax = bytesMax
    this.#onFrame = onFrame
  }

  /** Takes what it needs from `chunk`, which the caller may then overwrite. Throws at a size that cannot be. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#frame === null) {
        this.#size[this.#sizeFilled++] = chunk[at++] as number
        if (this.#sizeFilled < sizeBytes) continue
        this.#sizeFilled = 0
        const size = this.#size.readInt32BE()
        if (size < sizeBytes || size > this.#bytesMax)
          throw new RangeError(`a frame of ${size} bytes; ${this.#bytesMax} are allowed`)
        this.#frame = Buffer.allocUnsafeSlow(size)
        this.#frameFilled = 0
        continue
      }
      const length = Math.min(chunk.length - at, this.#frame.length - this.#frameFilled)
      this.#frame.set(chunk.subarray(at, at + length), this.#frameFilled)
      this.#frameFilled += length
      at += length
      if (this.#frameFilled < this.#frame.length) continue
      const frame = this.#frame
      this.#frame = null
      this.#onFrame(frame)
    }
  }
}
