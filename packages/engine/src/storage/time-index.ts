import { type Int64, toInt64 } from '@sluice/wire'
import { withoutZeroEntries } from './offset-index.ts'

/** Bytes of an entry: int64 timestamp, int32 offset relative to the segment's base. */
export const timeEntryBytes = 12

const capacityMin = 16

/** An empty typed array takes 200 bytes, and most indexes are empty. */
const noTimestamps = new BigInt64Array(0)
const noOffsets = new Int32Array(0)

/**
 * A segment's sparse index from timestamp to offset, in memory. An entry says: no record up to this offset has a
 * larger timestamp than this. The offset is the *last* of the batch that holds the timestamp. Timestamps rise
 * strictly, offsets never fall.
 */
export class TimeIndex {
  readonly baseOffset: number
  #timestamps: BigInt64Array = noTimestamps
  #relativeOffsets: Int32Array = noOffsets
  #length = 0

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset
  }

  get length(): number {
    return this.#length
  }

  /** -1, as Kafka's "no timestamp", when empty. */
  get lastTimestamp(): Int64 {
    return this.#length === 0 ? -1 : toInt64(this.#timestamps[this.#length - 1] as bigint)
  }

  get lastOffset(): number {
    return this.#length === 0
      ? this.baseOffset
      : this.baseOffset + (this.#relativeOffsets[this.#length - 1] as number)
  }

  /** Adds an entry if the timestamp has risen. */
  maybeAppend(timestamp: Int64, offset: number): void {
    if (timestamp <= this.lastTimestamp) return
    if (this.#length === this.#timestamps.length) this.#grow()
    this.#timestamps[this.#length] = BigInt(timestamp)
    this.#relativeOffsets[this.#length] = offset - this.baseOffset
    this.#length++
  }

  /** The offset of the last entry whose timestamp is at most `timestamp`; the base offset if there is none. */
  offsetBefore(timestamp: Int64): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timestamps[middle] as bigint) <= timestamp) low = middle + 1
      else high = middle
    }
    return low === 0 ? this.baseOffset : this.baseOffset + (this.#relativeOffsets[low - 1] as number)
  }

  /** Drops entries that point at or after `offset`. */
  truncateTo(offset: number): void {
    const relative = offset - this.baseOffset
    while (this.#length > 0 && (this.#relativeOffsets[this.#length - 1] as number) >= relative) this.#length--
  }

  clear(): void {
    this.#length = 0
  }

  /** The bytes of the entries from `from` on. */
  encode(from: number): Buffer {
    const out = Buffer.allocUnsafe((this.#length - from) * timeEntryBytes)
    for (let entry = from, at = 0; entry < this.#length; entry++, at += timeEntryBytes) {
      out.writeBigInt64BE(this.#timestamps[entry] as bigint, at)
      out.writeInt32BE(this.#relativeOffsets[entry] as number, at + 8)
    }
    return out
  }

  /** Null where the bytes cannot be a time index. */
  static decode(bytes: Buffer, baseOffset: number): TimeIndex | null {
    if (bytes.length % timeEntryBytes !== 0) return null
    const index = new TimeIndex(baseOffset)
    const length = withoutZeroEntries(bytes, timeEntryBytes)
    if (length === 0) return index
    index.#timestamps = new BigInt64Array(length)
    index.#relativeOffsets = new Int32Array(length)
    index.#length = length
    let before = -1n
    let offsetBefore = 0
    for (let entry = 0, at = 0; entry < length; entry++, at += timeEntryBytes) {
      const timestamp = bytes.readBigInt64BE(at)
      const relative = bytes.readInt32BE(at + 8)
      if (timestamp <= before || relative < offsetBefore) return null
      index.#timestamps[entry] = timestamp
      index.#relativeOffsets[entry] = relative
      before = timestamp
      offsetBefore = relative
    }
    return index
  }

  #grow(): void {
    const capacity = Math.max(capacityMin, this.#length * 2)
    const timestamps = new BigInt64Array(capacity)
    const offsets = new Int32Array(capacity)
    timestamps.set(this.#timestamps)
    offsets.set(this.#relativeOffsets)
    this.#timestamps = timestamps
    this.#relativeOffsets = offsets
  }
}
