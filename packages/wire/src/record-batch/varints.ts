/**
 * Zigzag varints of record bodies, read with a cursor that is module state: two results without an object. It is
 * valid until the next read; nothing here awaits.
 */

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

/** A 64-bit varint as a double: exact up to 2^53. */
export function readVarlong(b: Uint8Array, at: number, end: number): number {
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
      return (low & 1) === 0 ? half : -half - 1
    }
    scale *= 128
  }
  cursor = -1
  return 0
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

/** Writes a value of up to 53 bits and returns where it ends. */
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
