import { expect, test } from 'vitest'
import { partitionFor } from './partition-for.ts'

test('a key hashes as a Java string does', () => {
  // "abc".hashCode() = 96354, "classic-group".hashCode() = -1443456205, "".hashCode() = 0
  expect(partitionFor('abc', 50)).toBe(96354 % 50)
  expect(partitionFor('', 50)).toBe(0)
  expect(partitionFor('é😀', 1_000_000)).toBe(javaHash('é😀') % 1_000_000)
})

test('the smallest int counts as 0, which has no positive twin', () => {
  // A known string whose hashCode is Integer.MIN_VALUE.
  expect(partitionFor('polygenelubricants', 50)).toBe(0)
})

function javaHash(text: string): number {
  let hash = 0n
  for (let i = 0; i < text.length; i++) hash = BigInt.asIntN(32, hash * 31n + BigInt(text.charCodeAt(i)))
  return Number(hash < 0n ? -hash : hash)
}
