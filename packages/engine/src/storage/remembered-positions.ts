/** How many places are remembered of each kind. */
const placesMax = 16

/**
 * Where a segment's batches were lately written, and where reads lately ended: a reader at the tail asks for one
 * of these offsets next, and finds the position without reading a header. Two rings, so that many small writes
 * do not push out the readers.
 */
export class RememberedPositions {
  readonly #offsets = new Float64Array(placesMax * 2).fill(-1)
  readonly #positions = new Int32Array(placesMax * 2)
  #nextAppend = 0
  #nextRead = 0

  addAppend(baseOffset: number, position: number): void {
    this.#offsets[this.#nextAppend] = baseOffset
    this.#positions[this.#nextAppend] = position
    this.#nextAppend = (this.#nextAppend + 1) % placesMax
  }

  addRead(nextOffset: number, position: number): void {
    if (this.find(nextOffset) >= 0) return
    this.#offsets[placesMax + this.#nextRead] = nextOffset
    this.#positions[placesMax + this.#nextRead] = position
    this.#nextRead = (this.#nextRead + 1) % placesMax
  }

  /** -1 if this offset is not remembered. */
  find(offset: number): number {
    const at = this.#offsets.indexOf(offset)
    return at < 0 ? -1 : (this.#positions[at] as number)
  }
}
