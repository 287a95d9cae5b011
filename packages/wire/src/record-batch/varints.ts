import { type Int64, toInt64 } from '../int64.ts'

/**
 * Zigzag varints of record bodies, read with a cursor that is module state: two results without an object. It is
 * valid until the next read; nothing here awaits.
 */

/** Twice as much, and one, is what a number holds. */
const exactHalfMax = 2 ** 52

/** Where the last read ended; -1 when the bytes ran out or the varint is longer than its type allows. */
export let cursor = 0

/** A 32-bit varint. */
export function readVarint(b: Uint8Array, at: number, end: number): number {
  let zigzag = 0
  let shift = 0
  let next = at
  while (next < end) {
    const byte = b[next++] as number
    zigzag |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      cursor = next
      return (zigzag >>> 1) ^ -(zigzag & 1)
    }
    shift += 7
    if (shift > 28) break
  }
  cursor = -1
  return 0
}

/** A 64-bit varint. */
export function readVarlong(b: Uint8Array, at: number, end: number): Int64 {
  let low = 0
  let next = at
  for (let shift = 0; shift < 28; shift += 7) {
    if (next >= end) break
    const byte = b[next++] as number
    low |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      cursor = next
      return (low >>> 1) ^ -(low & 1)
    }
  }
  // Doubles from here on, and no remainder of one: that is a slow call. Ten bytes hold 64 bits.
  let high = 0
  let scale = 1
  while (next < end && next < at + 10) {
    const byte = b[next++] as number
    high += (byte & 0x7f) * scale
    if (byte < 0x80) {
      cursor = next
      const half = (low >>> 1) + high * 0x800_0000
      return half < exactHalfMax ? ((low & 1) === 0 ? half : -half - 1) : exactVarlong(b, at, next)
    }
    scale *= 128
  }
  cursor = -1
  return 0
}

function exactVarlong(b: Uint8Array, at: number, end: number): Int64 {
  let zigzag = 0n
  for (let next = at; next < end; next++)
    zigzag |= BigInt((b[next] as number) & 0x7f) << BigInt(7 * (next - at))
  const bits = BigInt.asUintN(64, zigzag)
  return toInt64((bits >> 1n) ^ -(bits & 1n))
}

export function varintSize(value: number): number {
  let zigzag = zigzagOf(value)
  let size = 1
  while (zigzag >= 128) {
    zigzag = Math.floor(zigzag / 128)
    size++
  }
  return size
}

export function varlongSize(value: Int64): number {
  if (isShort(value)) return varintSize(value)
  let size = 1
  for (let zigzag = exactZigzag(value); zigzag >= 128n; zigzag >>= 7n) size++
  return size
}

/** Writes a value of up to 64 bits and returns where it ends. */
export function writeVarlong(b: Uint8Array, at: number, value: Int64): number {
  if (isShort(value)) return writeVarint(b, at, value)
  let next = at
  let zigzag = exactZigzag(value)
  for (; zigzag >= 128n; zigzag >>= 7n) b[next++] = Number(zigzag & 0x7fn) | 0x80
  b[next++] = Number(zigzag)
  return next
}

/** Is the zigzag form of it a number? */
function isShort(value: Int64): value is number {
  return typeof value === 'number' && value < exactHalfMax && value >= -exactHalfMax
}

function exactZigzag(value: Int64): bigint {
  const bits = BigInt(value)
  return BigInt.asUintN(64, (bits << 1n) ^ (bits >> 63n))
}

/** Writes a value of up to 52 bits and returns where it ends. */
export function writeVarint(b: Uint8Array, at: number, value: number): number {
  let zigzag = zigzagOf(value)
  let next = at
  while (zigzag >= 128) {
    b[next++] = (zigzag % 128) | 0x80
    zigzag = Math.floor(zigzag / 128)
  }
  b[next++] = zigzag
  return next
}

function zigzagOf(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}
