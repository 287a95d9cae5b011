import { DecodeError } from './codec-errors.ts'
import { type Int64, joinInt64 } from './int64.ts'
import { textFromBytes } from './text-cache.ts'
import { uuidFromBytes } from './uuid.ts'

const two32 = 0x1_0000_0000

/**
 * Reads Kafka's primitive types from a part of a Buffer. Each read is checked against the end and throws
 * DecodeError; no length is believed before it has been compared with what is left.
 *
 * Strings, uuids and `bytes` are copies. The `…View` reads share memory with the buffer.
 */
export class Reader {
  readonly buffer: Buffer
  readonly end: number
  position: number
  /** How many more elements of arrays may come: a byte or two each may become objects of a hundred. */
  elementsLeft = Infinity

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    if (!(start >= 0 && start <= end && end <= buffer.length))
      throw new RangeError(`reader from ${start} to ${end} over ${buffer.length} bytes`)
    this.buffer = buffer
    this.position = start
    this.end = end
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** Moves over `length` bytes and returns where they start. */
  skip(length: number): number {
    const at = this.position
    if (!(length >= 0 && length <= this.end - at)) this.#tooShort(length)
    this.position = at + length
    return at
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    return (this.uint8() << 24) >> 24
  }

  uint8(): number {
    const at = this.position
    if (at >= this.end) this.#tooShort(1)
    this.position = at + 1
    return this.buffer[at] as number
  }

  int16(): number {
    return (this.uint16() << 16) >> 16
  }

  uint16(): number {
    const at = this.position
    if (at + 2 > this.end) this.#tooShort(2)
    this.position = at + 2
    const b = this.buffer
    return ((b[at] as number) << 8) | (b[at + 1] as number)
  }

  int32(): number {
    const at = this.position
    if (at + 4 > this.end) this.#tooShort(4)
    this.position = at + 4
    const b = this.buffer
    return (
      ((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)
    )
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  int64(): Int64 {
    const high = this.int32()
    const low = this.int32() >>> 0
    const value = high * two32 + low
    return Number.isSafeInteger(value) ? value : joinInt64(high, low)
  }

  /** A hash of 64 bits, always a bigint. */
  hash64(): bigint {
    return this.buffer.readBigInt64BE(this.skip(8))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.skip(8))
  }

  uuid(): string {
    return uuidFromBytes(this.buffer, this.skip(16))
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(): number {
    const first = this.uint8()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.uint8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.uint8()
    if (last > 0x0f) throw new DecodeError(`varint of more than 32 bits at ${this.position - 5}`)
    return (value | (last << 28)) >>> 0
  }

  /** A zigzag varint of up to 32 bits. */
  varint(): number {
    const value = this.uvarint()
    return (value >>> 1) ^ -(value & 1)
  }

  /** A zigzag varint of up to 64 bits. */
  varlong(): Int64 {
    const start = this.position
    let low = 0
    let high = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.uint8()
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 63) high |= bits << (shift - 32)
      else if (byte > 1) throw new DecodeError(`varint of more than 64 bits at ${start}`)
      else high |= bits << 31
      if (byte < 0x80) break
    }
    const sign = -(low & 1)
    const lowHalf = (((low >>> 1) | (high << 31)) ^ sign) >>> 0
    const highHalf = (high >>> 1) ^ sign
    const value = highHalf * two32 + lowHalf
    return Number.isSafeInteger(value) ? value : joinInt64(highHalf, lowHalf)
  }

  string(): string {
    return this.#text(this.int16()) ?? this.#nullRefused('string')
  }

  nullableString(): string | null {
    return this.#text(this.int16())
  }

  compactString(): string {
    return this.#text(this.uvarint() - 1) ?? this.#nullRefused('string')
  }

  compactNullableString(): string | null {
    return this.#text(this.uvarint() - 1)
  }

  bytes(): Buffer {
    return Buffer.from(this.bytesView())
  }

  nullableBytes(): Buffer | null {
    const view = this.nullableBytesView()
    return view && Buffer.from(view)
  }

  compactBytes(): Buffer {
    return Buffer.from(this.compactBytesView())
  }

  compactNullableBytes(): Buffer | null {
    const view = this.compactNullableBytesView()
    return view && Buffer.from(view)
  }

  bytesView(): Buffer {
    return this.#view(this.int32()) ?? this.#nullRefused('bytes')
  }

  nullableBytesView(): Buffer | null {
    return this.#view(this.int32())
  }

  compactBytesView(): Buffer {
    return this.#view(this.uvarint() - 1) ?? this.#nullRefused('bytes')
  }

  compactNullableBytesView(): Buffer | null {
    return this.#view(this.uvarint() - 1)
  }

  /** The length of an array whose elements take at least `elementBytesMin` bytes each; -1 for null. */
  arrayLength(elementBytesMin: number): number {
    return this.#boundLength(this.int32(), elementBytesMin)
  }

  compactArrayLength(elementBytesMin: number): number {
    return this.#boundLength(this.uvarint() - 1, elementBytesMin)
  }

  /** Moves over the tagged fields at the end of a struct. */
  skipTaggedFields(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint()
      this.skip(this.uvarint())
    }
  }

  /** The end of a part of `length` bytes that starts here. */
  endOf(length: number): number {
    const at = this.position
    if (length > this.end - at) this.#tooShort(length)
    return at + length
  }

  #boundLength(length: number, elementBytesMin: number): number {
    if (length < -1 || length * elementBytesMin > this.end - this.position)
      throw new DecodeError(`array of ${length} elements with ${this.remaining} bytes left`)
    this.elementsLeft -= length
    if (this.elementsLeft < 0) throw new DecodeError('more elements than a message may have')
    return length
  }

  #text(length: number): string | null {
    if (length < 0) return this.#nullLength(length)
    if (length > 0x7fff) throw new DecodeError(`string of ${length} bytes at ${this.position}`)
    const at = this.skip(length)
    return length === 0 ? '' : textFromBytes(this.buffer, at, length)
  }

  #view(length: number): Buffer | null {
    if (length < 0) return this.#nullLength(length)
    const at = this.skip(length)
    return this.buffer.subarray(at, at + length)
  }

  #nullLength(length: number): null {
    if (length !== -1) throw new DecodeError(`length ${length} at ${this.position}`)
    return null
  }

  #nullRefused(what: string): never {
    throw new DecodeError(`null ${what} at ${this.position}`)
  }

  #tooShort(wanted: number): never {
    throw new DecodeError(`${wanted} bytes wanted at ${this.position}, ${this.remaining} left`)
  }
}
