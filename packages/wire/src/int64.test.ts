import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addInt64, Int64, maxInt64, subtractInt64, toInt64 } from './int64.ts'
import { int64s } from './testing/int64s.ts'

describe('an Int64', () => {
  it('is a number where a number is exact, and a bigint beyond', () => {
    expect(toInt64(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER)
    expect(toInt64(-(2n ** 53n) + 1n)).toBe(Number.MIN_SAFE_INTEGER)
    expect(toInt64(2n ** 53n)).toBe(2n ** 53n)
    expect(toInt64(-(2n ** 53n))).toBe(-(2n ** 53n))
  })

  it('is in its one form already where it comes from arithmetic', () => {
    fc.assert(fc.property(int64s, int64s, (a, b) => toInt64(BigInt(addInt64(a, b))) === addInt64(a, b)))
  })

  it('is told apart from its neighbours by ===, < and Map', () => {
    const [a, b] = [toInt64(2n ** 53n), toInt64(2n ** 53n + 1n)]
    expect(a === b).toBe(false)
    expect(a < b && a > Number.MAX_SAFE_INTEGER && b > 1).toBe(true)
    expect(new Map([[a, 'a']]).get(toInt64(2n ** 53n))).toBe('a')
    expect(new Map([[a, 'a']]).get(b)).toBeUndefined()
  })

  it("adds and subtracts as Java's long, going round at its ends", () => {
    expect(addInt64(Int64.MAX, 1)).toBe(Int64.MIN)
    expect(subtractInt64(Int64.MIN, 1)).toBe(Int64.MAX)
    expect(subtractInt64(Int64.MAX, Int64.MAX - 5n)).toBe(5)
    fc.assert(
      fc.property(int64s, int64s, (a, b) => {
        expect(addInt64(a, b)).toBe(toInt64(BigInt(a) + BigInt(b)))
        expect(subtractInt64(a, b)).toBe(toInt64(BigInt(a) - BigInt(b)))
        expect(subtractInt64(addInt64(a, b), b)).toBe(a)
        expect(BigInt(maxInt64(a, b))).toBe(BigInt(a) > BigInt(b) ? BigInt(a) : BigInt(b))
      }),
    )
  })
})
