import type { Int64 } from '../int64.ts'
import { CorruptRecordError } from './records.ts'
import { cursor, readVarint, readVarlong } from './varints.ts'

/**
 * The records of an uncompressed section one by one, as places in its bytes: for whoever looks at millions of them and
 * keeps few. One object serves a whole section.
 */
export class RecordCursor {
  readonly section: Buffer
  readonly #count: number
  #index = 0
  timestampDelta: Int64 = 0
  offsetDelta = 0
  keyAt = 0
  /** -1 for null, as `valueLength`. */
  keyLength = -1
  valueLength = -1
  /** Where all begins that neither attributes nor timestamp are: from the offset delta to the headers. */
  restAt = 0
  end = 0

  constructor(section: Buffer, count: number) {
    // A record has at least seven bytes.
    if (count < 0 || count > section.length / 7) throw new CorruptRecordError(`count ${count}`)
    this.section = section
    this.#count = count
  }

  /** Goes to the next record; false behind the last. Throws CorruptRecordError. Headers are not looked at. */
  next(): boolean {
    const { section, end: at } = this
    if (this.#index === this.#count) {
      if (at !== section.length) throw this.#fault(`${section.length - at} bytes behind the last record`)
      return false
    }
    const length = readVarint(section, at, section.length)
    if (cursor < 0 || length < 1 || length > section.length - cursor) throw this.#fault('length')
    const end = cursor + length
    // One byte of attributes, which mean nothing.
    this.timestampDelta = readVarlong(section, cursor + 1, end)
    this.restAt = this.#read('timestamp delta', end)
    this.offsetDelta = readVarint(section, this.restAt, end)
    this.keyLength = readVarint(section, this.#read('offset delta', end), end)
    this.keyAt = this.#read('key', end)
    const valueLengthAt = this.keyAt + Math.max(this.keyLength, 0)
    this.valueLength = readVarint(section, valueLengthAt, end)
    if (this.#read('value', end) + Math.max(this.valueLength, 0) >= end) throw this.#fault('value')
    this.end = end
    this.#index++
    return true
  }

  /** Where the field that was read last ends. */
  #read(field: string, end: number): number {
    if (cursor < 0 || cursor > end) throw this.#fault(field)
    return cursor
  }

  #fault(reason: string): CorruptRecordError {
    return new CorruptRecordError(`record ${this.#index}: ${reason}`)
  }
}
