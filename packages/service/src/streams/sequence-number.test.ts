import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSequenceNumber, lastPlace, parseSequenceNumber } from './sequence-number.ts'

const parts = fc.record({
  shardCreatedSeconds: fc.integer({ min: 1_000_000_000, max: 0xfffffffff }),
  shard: fc.integer({ min: 0, max: 99_999 }),
  place: fc.bigInt({ min: 0n, max: lastPlace }),
  seconds: fc.integer({ min: 0, max: 0xfffffffff }),
})

describe('a sequence number', () => {
  it('has 56 digits and tells what it was made of', () => {
    fc.assert(
      fc.property(parts, (number) => {
        const text = formatSequenceNumber(number)
        expect(text).toMatch(/^\d{56}$/)
        expect(parseSequenceNumber(text)).toEqual(number)
      }),
    )
  })

  it('grows with the place in a shard, and from a shard to those made later', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [first, second] = [a, b].map((one) => BigInt(formatSequenceNumber(one)))
        if (a.shardCreatedSeconds < b.shardCreatedSeconds) expect(first).toBeLessThan(second ?? 0n)
        const later = { ...a, place: a.place + 1n }
        if (a.place < lastPlace) expect(BigInt(formatSequenceNumber(later))).toBeGreaterThan(first ?? 0n)
      }),
    )
  })

  it('is none where anything else stands', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n }), (any) => void parseSequenceNumber(String(any))))
    for (const text of [
      '',
      '0',
      '1',
      '-5',
      'x',
      '9'.repeat(56),
      `1${'0'.repeat(55)}`,
      String((0x200000000008n << 136n) | 2n),
    ])
      expect(parseSequenceNumber(text)).toBeUndefined()
  })
})
