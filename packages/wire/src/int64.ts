/**
 * A signed integer of 64 bits: a number where a number holds it exactly (±2^53 − 1), a bigint beyond. A value has one
 * form only, so `===`, `<` and the keys of a Map tell values apart exactly; arithmetic goes through the functions here,
 * which go round at 2^63 as Java's `long` does. The types refuse `+` and `Math.max` on it.
 */
export type Int64 = number | bigint

export const Int64 = { MAX: 2n ** 63n - 1n, MIN: -(2n ** 63n) } as const

const two32 = 0x1_0000_0000

/** The Int64 of the lowest 64 bits. */
export function toInt64(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value)
  const near = Number(wrapped)
  return Number.isSafeInteger(near) ? near : wrapped
}

export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt64(BigInt(a) + BigInt(b))
}

export function subtractInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return toInt64(BigInt(a) - BigInt(b))
}

export function maxInt64(a: Int64, b: Int64): Int64 {
  return a >= b ? a : b
}

/** Joins the two halves of an int64. */
export function joinInt64(high: number, low: number): Int64 {
  const value = high * two32 + low
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
}

/** The high half, signed; undefined for what is no int64. */
export function int64High(value: Int64): number | undefined {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? Number(value >> 32n) : undefined
  return Number.isSafeInteger(value) ? Math.floor(value / two32) : undefined
}

/** The low half, unsigned, of a value that `int64High` accepted. */
export function int64Low(value: Int64): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : value >>> 0
}

export function readInt64(buffer: Buffer, at: number): Int64 {
  const value = buffer.readInt32BE(at) * two32 + buffer.readUInt32BE(at + 4)
  return Number.isSafeInteger(value) ? value : buffer.readBigInt64BE(at)
}

export function writeInt64(buffer: Buffer, at: number, value: Int64): void {
  if (typeof value === 'bigint') {
    buffer.writeBigInt64BE(value, at)
    return
  }
  const high = Math.floor(value / two32)
  buffer.writeInt32BE(high, at)
  buffer.writeUInt32BE(value - high * two32, at + 4)
}

/** For what no log gets to the end of, an offset: beyond 2^53 the nearest double, which is none. */
export function readOffset(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * two32 + buffer.readUInt32BE(at + 4)
}
