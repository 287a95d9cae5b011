/** Bytes of an entry: int32 offset relative to the segment's base, int32 position. */
export const offsetEntryBytes = 8

/** Offsets in the indexes are relative to the base and int32. */
const relativeOffsetMax = 0x7fffffff

/** Whether a record with this offset may stand in a segment that begins at `baseOffset`. */
export function canHold(baseOffset: number, offset: number): boolean {
  return offset - baseOffset <= relativeOffsetMax
}

const capacityMin = 16

/** An empty typed array takes 200 bytes, and most indexes are empty. */
const noEntries = new Int32Array(0)

/**
 * A segment's sparse index from offset to position, in memory. An entry's offset is the *last* of the batch that
 * starts at its position, so a batch that holds a wanted offset starts at or after the entry that is found.
 * Entries rise strictly in both columns.
 */
export class OffsetIndex {
  readonly baseOffset: number
  #relativeOffsets: Int32Array = noEntries
  #positions: Int32Array = noEntries
  #length = 0

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset
  }

  get length(): number {
    return this.#length
  }

  append(lastOffset: number, position: number): void {
    if (this.#length === this.#positions.length) this.#grow()
    this.#relativeOffsets[this.#length] = lastOffset - this.baseOffset
    this.#positions[this.#length] = position
    this.#length++
  }

  offsetAt(entry: number): number {
    return this.baseOffset + (this.#relativeOffsets[entry] as number)
  }

  positionAt(entry: number): number {
    return this.#positions[entry] as number
  }

  /** The last entry whose offset is at most `offset`; -1 if there is none. */
  findByOffset(offset: number): number {
    return floorIndex(this.#relativeOffsets, this.#length, offset - this.baseOffset)
  }

  /** The last entry whose position is at most `position`; -1 if there is none. */
  findByPosition(position: number): number {
    return floorIndex(this.#positions, this.#length, position)
  }

  /** Drops entries of batches that end at or after `offset`. */
  truncateTo(offset: number): void {
    this.#length = this.findByOffset(offset - 1) + 1
  }

  clear(): void {
    this.#length = 0
  }

  /** The bytes of the entries from `from` on. */
  encode(from: number): Buffer {
    const out = Buffer.allocUnsafe((this.#length - from) * offsetEntryBytes)
    for (let entry = from, at = 0; entry < this.#length; entry++, at += offsetEntryBytes) {
      out.writeInt32BE(this.#relativeOffsets[entry] as number, at)
      out.writeInt32BE(this.#positions[entry] as number, at + 4)
    }
    return out
  }

  /** Null where the bytes cannot be an index of a log of `logSize` bytes. */
  static decode(bytes: Buffer, baseOffset: number, logSize: number): OffsetIndex | null {
    if (bytes.length % offsetEntryBytes !== 0) return null
    const index = new OffsetIndex(baseOffset)
    const length = withoutZeroEntries(bytes, offsetEntryBytes)
    if (length === 0) return index
    index.#relativeOffsets = new Int32Array(length)
    index.#positions = new Int32Array(length)
    index.#length = length
    let before = -1
    let positionBefore = -1
    for (let entry = 0, at = 0; entry < length; entry++, at += offsetEntryBytes) {
      const relative = bytes.readInt32BE(at)
      const position = bytes.readInt32BE(at + 4)
      if (relative <= before || position <= positionBefore || position >= logSize) return null
      index.#relativeOffsets[entry] = relative
      index.#positions[entry] = position
      before = relative
      positionBefore = position
    }
    return index
  }

  #grow(): void {
    const capacity = Math.max(capacityMin, this.#length * 2)
    const offsets = new Int32Array(capacity)
    const positions = new Int32Array(capacity)
    offsets.set(this.#relativeOffsets)
    positions.set(this.#positions)
    this.#relativeOffsets = offsets
    this.#positions = positions
  }
}

/**
 * Entries before the run of zero bytes at the end: Apache Kafka preallocates the index of an active segment, and
 * a killed broker leaves it so. No real entry is zero: the first batch has none in the offset index, and a time
 * entry of zero says nothing.
 */
export function withoutZeroEntries(bytes: Buffer, entryBytes: number): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return Math.ceil(end / entryBytes)
}

function floorIndex(values: Int32Array, length: number, wanted: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}
