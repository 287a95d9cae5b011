import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutNativeModules } from '../testing/native-modules.ts'
import { crc32c, crc32cInJs } from './crc32c.ts'

test('gives the values of RFC 3720, B.4', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e)
  expect(crc32c(Buffer.alloc(0))).toBe(0)
})

test('the native library and JavaScript agree at every length, place and start value', async () => {
  // So much comes before the library is loaded.
  crc32c(Buffer.alloc(65_537))
  const data = fc.uint8Array({ maxLength: 2000 })
  await fc.assert(
    fc.asyncProperty(data, fc.nat(7), fc.nat(0xffffffff), async (bytes, start, previous) => {
      const from = Math.min(start, bytes.length)
      const expected = crc32cInJs(bytes, from, bytes.length, previous)
      expect(crc32c(bytes, from, bytes.length, previous)).toBe(expected)
      await withoutNativeModules(() => expect(crc32c(bytes, from, bytes.length, previous)).toBe(expected))
    }),
    { numRuns: 300 },
  )
})

test('continues where an earlier one ended', () => {
  const data = Buffer.alloc(5000, 'some bytes that repeat ')
  for (const cut of [0, 1, 299, 300, 4999, 5000])
    expect(crc32c(data, cut, data.length, crc32c(data, 0, cut))).toBe(crc32c(data))
})
