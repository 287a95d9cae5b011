import { EncodeError } from './codec-errors.ts'
import { type Int64, int64High, int64Low } from './int64.ts'
import { uuidToBytes } from './uuid.ts'

const two32 = 0x1_0000_0000

/** A string of up to this many UTF-16 units is first tried as ASCII, which needs no measuring. */
const asciiUnitsMax = 32

/** Writes Kafka's primitive types to a Buffer that grows. A value outside its type throws EncodeError. */
export class Writer {
  #buffer: Buffer
  #position = 0

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  get position(): number {
    return this.#position
  }

  /** What has been written. It shares memory with the writer: done means done, or `reset` and overwrite. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#position)
  }

  /** Starts again at the front of the same memory. */
  reset(): void {
    this.#position = 0
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) refuse('int8', value)
    this.#put8(value)
  }

  uint8(value: number): void {
    if ((value & 0xff) !== value) refuse('uint8', value)
    this.#put8(value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) refuse('int16', value)
    this.#put16(value)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) refuse('uint16', value)
    this.#put16(value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) refuse('int32', value)
    this.#put32(value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) refuse('uint32', value)
    this.#put32(value)
  }

  int64(value: Int64): void {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      this.#put32(Math.floor(value / two32))
      this.#put32(value)
      return
    }
    const high = int64High(value)
    if (high === undefined) refuse('int64', value)
    this.#put32(high)
    this.#put32(int64Low(value))
  }

  /** A hash of 64 bits, always a bigint. */
  hash64(value: bigint): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) refuse('hash64', value)
    const at = this.#take(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    if (typeof value !== 'number') refuse('float64', value)
    const at = this.#take(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  uuid(value: string): void {
    const at = this.#take(16)
    if (!uuidToBytes(value, this.#buffer, at)) refuse('uuid', value)
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(value: number): void {
    if (value >>> 0 !== value) refuse('uvarint', value)
    let left = value
    while (left > 0x7f) {
      this.#put8((left & 0x7f) | 0x80)
      left >>>= 7
    }
    this.#put8(left)
  }

  /** A zigzag varint of up to 32 bits. */
  varint(value: number): void {
    if ((value | 0) !== value) refuse('varint', value)
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** A zigzag varint of up to 64 bits. */
  varlong(value: Int64): void {
    const highHalf = int64High(value)
    if (highHalf === undefined) refuse('varlong', value)
    const lowHalf = int64Low(value)
    const sign = highHalf >> 31
    let low = ((lowHalf << 1) ^ sign) >>> 0
    let high = (((highHalf << 1) | (lowHalf >>> 31)) ^ sign) >>> 0
    while (high !== 0 || low > 0x7f) {
      this.#put8((low & 0x7f) | 0x80)
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#put8(low)
  }

  string(value: string): void {
    if (typeof value !== 'string') refuse('string', value)
    if (value.length <= asciiUnitsMax) {
      const at = this.#take(2 + value.length)
      if (this.#ascii(value, at + 2)) {
        this.#buffer[at] = 0
        this.#buffer[at + 1] = value.length
        return
      }
      this.#position = at
    }
    const length = Buffer.byteLength(value)
    if (length > 0x7fff) throw new EncodeError(`string of ${length} bytes; 32767 is the most`)
    this.#put16(length)
    this.#text(value, length)
  }

  nullableString(value: string | null): void {
    if (value === null) this.#put16(-1)
    else this.string(value)
  }

  compactString(value: string): void {
    if (typeof value !== 'string') refuse('string', value)
    if (value.length <= asciiUnitsMax) {
      const at = this.#take(1 + value.length)
      if (this.#ascii(value, at + 1)) {
        this.#buffer[at] = value.length + 1
        return
      }
      this.#position = at
    }
    const length = Buffer.byteLength(value)
    // Kafka's own limit: a compact string is no longer than a classic one.
    if (length > 0x7fff) throw new EncodeError(`string of ${length} bytes; 32767 is the most`)
    this.uvarint(length + 1)
    this.#text(value, length)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.compactString(value)
  }

  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) refuse('bytes', value)
    this.int32(value.length)
    this.raw(value)
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.#put32(-1)
    else this.bytes(value)
  }

  compactBytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) refuse('bytes', value)
    this.uvarint(value.length + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }

  /** -1 for null. */
  arrayLength(length: number): void {
    this.int32(length)
  }

  compactArrayLength(length: number): void {
    this.uvarint(length + 1)
  }

  /** Bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const at = this.#take(value.length)
    this.#buffer.set(value, at)
  }

  /** Overwrites four bytes that were written before. */
  patchInt32(at: number, value: number): void {
    if ((value | 0) !== value || at < 0 || at + 4 > this.#position) refuse('int32', value)
    this.#buffer.writeInt32BE(value, at)
  }

  /** Starts a part that is preceded by its size as unsigned varint; close it with `endSized`. */
  beginSized(): number {
    return this.#take(1)
  }

  endSized(at: number): void {
    const length = this.#position - at - 1
    if (length < 0x80) {
      this.#buffer[at] = length
      return
    }
    // Rare (a tagged field of 128 bytes or more): move the part to make room for a longer size.
    const sizeBytes = length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5
    this.#take(sizeBytes - 1)
    this.#buffer.copyWithin(at + sizeBytes, at + 1, at + 1 + length)
    const end = this.#position
    this.#position = at
    this.uvarint(length)
    this.#position = end
  }

  // `#take` may replace the buffer: nothing may hold `#buffer` across it.
  #put8(value: number): void {
    const at = this.#take(1)
    this.#buffer[at] = value
  }

  #put16(value: number): void {
    const at = this.#take(2)
    const b = this.#buffer
    b[at] = value >> 8
    b[at + 1] = value
  }

  #put32(value: number): void {
    const at = this.#take(4)
    const b = this.#buffer
    b[at] = value >> 24
    b[at + 1] = value >> 16
    b[at + 2] = value >> 8
    b[at + 3] = value
  }

  #ascii(value: string, at: number): boolean {
    const b = this.#buffer
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) return false
      b[at + i] = unit
    }
    return true
  }

  #text(value: string, length: number): void {
    const at = this.#take(length)
    this.#buffer.write(value, at, 'utf8')
  }

  #take(length: number): number {
    const at = this.#position
    if (at + length > this.#buffer.length) this.#grow(at + length)
    this.#position = at + length
    return at
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2, 64))
    this.#buffer.copy(grown, 0, 0, this.#position)
    this.#buffer = grown
  }
}

function refuse(type: string, value: unknown): never {
  throw new EncodeError(`${type} cannot be ${String(value)}`)
}
