import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textFromBytes } from './text-cache.ts'

describe('a text from the cache', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '\u0000', '\u007f', '😀'), maxLength: 40 })
  const anyBytes = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes))
  const bytes = fc.oneof(
    texts.map((text) => Buffer.from(text)),
    anyBytes,
  )

  it('is what its bytes say, however often and beside whatever it comes', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 8 }), fc.nat(5), (parts, offset) => {
        for (let round = 0; round < 4; round++)
          for (const part of parts) {
            const whole = Buffer.concat([Buffer.alloc(offset, 'x'), part, Buffer.from('y')])
            expect(textFromBytes(whole, offset, part.length)).toBe(part.toString('utf8'))
          }
      }),
      { numRuns: 500 },
    )
  })

  it('is told apart from another of the same hash', () => {
    // 31 * 'B' + 'b' = 31 * 'C' + 'C'
    const one = Buffer.from('Bb')
    const other = Buffer.from('CC')
    for (const each of [one, one, one, other, other, other, one])
      expect(textFromBytes(each, 0, 2)).toBe(each.toString())
  })

  it('does not change with the buffer that it was read from', () => {
    const buffer = Buffer.from('topic')
    const read = () => textFromBytes(buffer, 0, 5)
    expect([read(), read(), read()]).toEqual(['topic', 'topic', 'topic'])
    buffer.write('other')
    expect(read()).toBe('other')
  })
})
