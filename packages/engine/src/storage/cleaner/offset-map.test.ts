import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyHash } from './key-hash.ts'
import { OffsetMap } from './offset-map.ts'

const seed = Buffer.from('0001020304050607', 'hex')

test('the hash of a key begins as HalfSipHash-2-4 is published', () => {
  const hash = new KeyHash(seed)
  hash.take(Buffer.alloc(0), 0, 0)
  const bytes = Buffer.alloc(16)
  for (const [at, word] of hash.words.entries()) bytes.writeInt32LE(word, at * 4)
  expect(bytes.subarray(0, 8).toString('hex')).toBe('218d1f59b9b83cc8')
})

test('keys of every length, wherever they stand, have hashes of their own, and others with another seed', () => {
  const seen = new Set<string>()
  for (const secret of [seed, Buffer.from('0001020304050608', 'hex')]) {
    const hash = new KeyHash(secret)
    for (let length = 0; length < 40; length++) {
      const key = Buffer.alloc(length + 3, 'x')
      hash.take(key, 3, key.length)
      const words = hash.words.join()
      hash.take(key, 0, length)
      expect(hash.words.join()).toBe(words)
      seen.add(words)
    }
  }
  expect(seen.size).toBe(80)
})

test('a map knows the last offset of every key that it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 6 }), { maxLength: 300 }), (keys) => {
      const map = new OffsetMap({ keys: keys.length, bytesMax: 1 << 20, loadFactor: 0.9, seed })
      const expected = new Map<string, number>()
      for (const [offset, key] of keys.entries()) {
        expected.set(key, offset)
        map.put(Buffer.from(`_${key}_`), 1, 1 + Buffer.byteLength(key), offset)
      }
      expect(map.size).toBe(expected.size)
      for (const [key, offset] of expected)
        expect(map.get(Buffer.from(key), 0, Buffer.byteLength(key))).toBe(offset)
      expect(map.get(Buffer.from('not there'), 0, 9)).toBe(-1)
      expect(map.latestOffset).toBe(keys.length - 1)
    }),
  )
})

test('a map takes as many keys as fit into its memory, however full it may be', () => {
  for (const loadFactor of [0.5, 0.9, 1]) {
    const map = new OffsetMap({ keys: 1_000_000, bytesMax: 24 * 100, loadFactor, seed })
    let count = 0
    for (; !map.isFull; count++) map.put(Buffer.from(String(count)), 0, String(count).length, count)
    // 97 is the largest prime.
    expect(count).toBe(Math.min(96, Math.floor(97 * loadFactor)))
    expect(map.get(Buffer.from('none'), 0, 4)).toBe(-1)
  }
})
