/**
 * The two ends of an int64. Kafka uses them as markers ("no limit", "none yet"); a JS number can only come
 * near them, so these two doubles stand for them and round-trip. No other value beyond 2^53 is carried.
 */
export const Long = { MAX: 2 ** 63, MIN: -(2 ** 63) } as const

const two32 = 0x1_0000_0000

/**
 * Joins two halves of an int64, or gives undefined where a number cannot hold it. Callers try
 * `high * 2^32 + low` first and come here only when that is not a safe integer.
 */
export function joinUnsafeInt64(high: number, low: number): number | undefined {
  if (high === 0x7fffffff && low === 0xffffffff) return Long.MAX
  if (high === -0x80000000 && low === 0) return Long.MIN
  const value = high * two32 + low
  return Number.isSafeInteger(value) ? value : undefined
}

/** The high half, signed; undefined for a number that is not an int64 which we carry. */
export function int64High(value: number): number | undefined {
  if (Number.isSafeInteger(value)) return Math.floor(value / two32)
  if (value === Long.MAX) return 0x7fffffff
  if (value === Long.MIN) return -0x80000000
  return undefined
}

/** The low half, unsigned, of a number that `int64High` accepted. */
export function int64Low(value: number): number {
  return value === Long.MAX ? 0xffffffff : value >>> 0
}
